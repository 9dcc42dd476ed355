# Writes the C file OUT, which has FILES as arrays of bytes, and the table of them that embedded.h declares.
set(body "/* Made by base/embed.cmake. */\n#include \"base/embedded.h\"\n\n#include <string.h>\n\n")
set(rows "")
set(index 0)
foreach(path IN LISTS FILES)
  get_filename_component(name ${path} NAME)
  file(READ ${path} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
  string(APPEND body "static const unsigned char file_${index}[] = {\n${bytes}0};\n\n")
  string(APPEND rows "    {\"${name}\", (const char *)file_${index}, ${size}},\n")
  math(EXPR index "${index} + 1")
endforeach()
string(APPEND body "const embedded_file embedded_files[] = {\n${rows}    {NULL, NULL, 0},\n};\n\n"
  "const embedded_file *find_embedded(const char *name) {\n"
  "    for (const embedded_file *f = embedded_files; f->name; f++) {\n"
  "        if (strcmp(f->name, name) == 0) return f;\n    }\n    return NULL;\n}\n")
file(WRITE ${OUT} "${body}")
