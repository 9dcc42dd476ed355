// main.cpp: classifies many pictures on several threads, each with a model, and so an arena, of its own.
//
//     many [--threads N] PICTURE.pgm ..
//
// What is printed is the same for any number of threads.
#include "model.hpp"

#include "fashion.h"
#include "pgm.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <thread>

namespace {

using Fashion =
    Model<fashion_run_in, FASHION_IMAGE_SIZE, FASHION_PROBS_SIZE, FASHION_ARENA_BYTES, FASHION_ARENA_ALIGN>;
static_assert(!std::is_copy_constructible_v<Fashion> && std::is_nothrow_move_constructible_v<Fashion>);

constexpr std::array<std::string_view, FASHION_PROBS_SIZE> class_names{
    "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"};

struct Result {
    const char *wrong = nullptr; // why the picture could not be read
    Fashion::Output probs{};
};

Result classify(Fashion &model, const char *path) {
    Result result;
    Fashion::Input pixels;
    result.wrong = read_pgm(path, FASHION_IMAGE_W, FASHION_IMAGE_H, pixels.data());
    if (!result.wrong) result.probs = model(pixels);
    return result;
}

// Each thread takes the next picture that nobody has, until there is none. No two write to the same result.
std::vector<Result> classify_all(const std::vector<const char *> &paths, std::size_t n_threads) {
    std::vector<Result> results(paths.size());
    std::atomic<std::size_t> next{0};
    auto work = [&] {
        Fashion model;
        for (std::size_t i; (i = next.fetch_add(1)) < paths.size();) results[i] = classify(model, paths[i]);
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < n_threads; i++) threads.emplace_back(work);
    work();
    for (std::thread &thread : threads) thread.join();
    return results;
}

// Prints the answers in the order of the paths and returns how many pictures there was none for.
int print(const std::vector<const char *> &paths, const std::vector<Result> &results) {
    int failures = 0;
    for (std::size_t i = 0; i < paths.size(); i++) {
        const Result &r = results[i];
        if (r.wrong) {
            std::fprintf(stderr, "%s %s\n", paths[i], r.wrong);
            failures++;
            continue;
        }
        auto best = std::max_element(r.probs.begin(), r.probs.end());
        std::string_view name = class_names[static_cast<std::size_t>(best - r.probs.begin())];
        std::printf("%s: %.*s, %.2f %%\n", paths[i], static_cast<int>(name.size()), name.data(),
                    100 * static_cast<double>(*best));
    }
    return failures;
}

std::optional<std::size_t> parse_threads(const char *text) {
    char *end = nullptr;
    long n = std::strtol(text, &end, 10);
    if (end == text || *end || n < 1 || n > 1024) return std::nullopt;
    return static_cast<std::size_t>(n);
}

} // namespace

int main(int argc, char **argv) {
    std::optional<std::size_t> threads = std::max(1u, std::thread::hardware_concurrency());
    int first = 1;
    if (argc > 2 && std::string_view(argv[1]) == "--threads") {
        threads = parse_threads(argv[2]);
        first = 3;
    }
    if (!threads || first >= argc) {
        std::fprintf(stderr, "usage: %s [--threads N] PICTURE.pgm .. (%d x %d, grey; N from 1 to 1024)\n",
                     argv[0], FASHION_IMAGE_W, FASHION_IMAGE_H);
        return 2;
    }
    std::vector<const char *> paths(argv + first, argv + argc);
    return print(paths, classify_all(paths, std::min(*threads, paths.size()))) ? 1 : 0;
}
