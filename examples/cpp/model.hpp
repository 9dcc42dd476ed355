// model.hpp: an embedded network as a C++17 class. An object has the memory that one run needs and nothing
// else: the weights are constants of the program, which all objects share. So make one for each thread.
#ifndef MODEL_HPP
#define MODEL_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

// `run_in` is the function of the network's header; the numbers are its PREFIX_.._SIZE, PREFIX_ARENA_BYTES and
// PREFIX_ARENA_ALIGN. For networks of one input and one output; the types follow from the function.
template <auto run_in, std::size_t in_size, std::size_t out_size, std::size_t arena_bytes,
          std::size_t arena_align>
class Model {
    template <typename In, typename Out> static In input_of(void (*)(void *, const In *, Out *));
    template <typename In, typename Out> static Out output_of(void (*)(void *, const In *, Out *));

  public:
    using In = decltype(input_of(run_in));
    using Out = decltype(output_of(run_in));
    using Input = std::array<In, in_size>;
    using Output = std::array<Out, out_size>;

    // Sizes that fit are a matter of types, and nothing is left to go wrong.
    Output operator()(const Input &x) { return run(x.data()); }

    // Throws std::invalid_argument where the size is another.
    Output operator()(const std::vector<In> &x) {
        if (x.size() != in_size) {
            throw std::invalid_argument("the network takes " + std::to_string(in_size) + " values, not " +
                                        std::to_string(x.size()));
        }
        return run(x.data());
    }

  private:
    struct Free {
        void operator()(std::byte *p) const { ::operator delete (p, std::align_val_t{arena_align}); }
    };
    std::unique_ptr<std::byte, Free> arena{
        static_cast<std::byte *>(::operator new (arena_bytes, std::align_val_t{arena_align}))};

    Output run(const In *x) {
        Output y; // the network writes all of it
        run_in(arena.get(), x, y.data());
        return y;
    }
};

#endif
