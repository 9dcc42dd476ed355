"""Ports whose names mean something elsewhere: keywords of C and C++, macros of the standard headers, names of the C file itself."""
import re
import unittest

from common import Case, compilers, have_compiler, run

C_HEADERS = """assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbool
stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype unistd dirent fcntl netdb netinet/in poll pthread
sys/stat sys/socket sys/wait sys/time sys/resource termios""".split()
CPP_HEADERS = """cassert ccomplex cerrno cfloat cinttypes climits cmath complex csignal cstdarg cstdio cstdlib ctime cwchar
algorithm atomic bit concepts memory numbers string thread vector""".split()
KEYWORDS = """alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class co_await
co_return co_yield compl complex concept const const_cast consteval constexpr constinit continue decltype default delete do double
dynamic_cast else enum explicit export extern false final float for friend goto if import inline int long module mutable namespace new
noexcept not not_eq nullptr operator or or_eq override private protected public register reinterpret_cast requires restrict return short
signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef typeid typename typeof
union unsigned using virtual void volatile wchar_t while xor xor_eq near far interface vector pixel""".split()
OWN = """arena weights threads thread all team worker me part parts first_part next_part call context job job_context parallel
began memset read_ticks goes_alone learn_from learned run_call run_job on_openmp m_run_on m_job m_parallel static_arena i p y w chosen_target run_steps differs guard input_byte live selftest_pass
f32x1 f32x4 f32x8 f32x16 again bits i32_once codes_1 uint8_t size_t AT OWN WEIGHTS HALVES PART STEP_HOOK TARGET_AVX2 MAX_THREADS NULL m_run m_run_in M_ARENA_BYTES x X
the_EOF the_int int_2 The_x""".split()
KNOWN_TO_LCC = {"net", "input", "output", "from", "if", "else", "for", "in", "and", "or", "not", "block", "import", "default", "variant",
                "true", "false", "param", "const", "let", "return", "repeat", "stage", "function", "assert"}


def includes(headers):
    return "".join(f"#include <{h}>\n" for h in headers)


class PortNames(Case):
    def macros(self):
        """Names without parameters that C compilers define once all headers are included."""
        self.write("all.c", includes(h + ".h" for h in C_HEADERS))
        names = set()
        for standard in ("c99", "gnu99", "gnu17"):
            done = run(["gcc", f"-std={standard}", "-D_GNU_SOURCE", "-dM", "-E", "all.c"], self.folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            names.update(re.findall(r"^#define ([A-Za-z][A-Za-z0-9_]*) ", done.stdout, re.M))
        return names

    def check(self, names, targets, selftest):
        """A network that has these ports compiles without a warning after all headers."""
        ports = "".join(f"    input {n}: f32[1, 1, 2]\n" for n in names)
        layers = "".join(f" -> add({n})" for n in names[1:])
        self.write("m.net", f"net m {{\n{ports}    from {names[0]}{layers} -> relu\n    output answer\n}}\n")
        self.good("m.net", "-o", "m.c", "--target", targets, *(["--selftest"] if selftest else []))
        self.write("c.c", includes(h + ".h" for h in C_HEADERS) + '#include "m.h"\nint one = M_ANSWER_SIZE;\n')
        self.write("cpp.cc", includes(h + ".h" for h in C_HEADERS if h not in ("stdatomic", "stdnoreturn", "threads", "tgmath")) +
                   includes(CPP_HEADERS) + '#include "m.h"\nint one = M_ANSWER_SIZE;\n')
        for cc in compilers():
            for standard in ("c99", "gnu99"):
                self.compile(cc, f"-std={standard}", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "c.c")
            self.compile(cc, "-std=gnu99" if targets != "generic" else "-std=c99", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "m.c")
        for cxx in ("g++", "clang++"):
            if have_compiler(cxx):
                self.compile(cxx, "-std=c++20", "-Wall", "-Wextra", "-Wno-deprecated", "-Wno-cpp", "-Werror", "-fsyntax-only", "cpp.cc")

    def test_keywords_and_names_of_the_file(self):
        for name in sorted(set(KEYWORDS + OWN)):
            self.write("one.net", f"net one {{\n    input {name}: f32[1, 1, 2]\n    from {name} -> relu\n    output answer\n}}\n")
            if self.lcc("one.net", "--emit", "net").returncode != 0:
                self.assertIn(name, KNOWN_TO_LCC)
        names = sorted(set(KEYWORDS + OWN) - KNOWN_TO_LCC)
        self.assertGreater(len(names), 120)
        self.check(names, "generic", True)
        self.check(names, "x86-64,x86-64-v3", True)

    def test_macros_of_the_headers(self):
        names = sorted(self.macros() - KNOWN_TO_LCC)
        self.assertLessEqual({"EOF", "NAN", "I", "complex", "errno", "BUFSIZ", "noreturn", "CHAR_BIT", "M_PI", "unix", "linux", "stdin"},
                             set(names))
        for begin in range(0, len(names), 900):
            self.check(names[begin:begin + 900], "generic", False)

    def test_common_names_stay(self):
        """Names that mean nothing elsewhere are the parameters; macros of the model keep the given name."""
        self.write("m.net", "net m {\n    input image: uint8[2, 2, 3]\n    input Input3: f32[2, 2, 3]\n"
                            "    from image -> add(Input3)\n    output probs\n}\n")
        self.good("m.net", "-o", "m.c")
        header = self.read("m.h").decode()
        self.assertIn("void m_run(const uint8_t *image, const float *the_Input3, float *probs);", header)
        self.assertIn("#define M_INPUT3_H 2\n", header)


if __name__ == "__main__":
    unittest.main()
