// Makes a table entry from a kernel's own C++ signature.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <tilescope/kernel_abi.h>

namespace tilescope {

template <typename... Arguments>
constexpr std::size_t count_pointers() {
  return (std::size_t{std::is_pointer_v<Arguments>} + ... + 0);
}

// True when every pointer comes before every int32, the order in which a thunk passes them.
template <typename... Arguments>
constexpr bool pointers_come_first() {
  const bool is_pointer[] = {std::is_pointer_v<Arguments>...};
  for (std::size_t i = 1; i < sizeof...(Arguments); ++i)
    if (is_pointer[i] && !is_pointer[i - 1]) return false;
  return true;
}

template <auto Function>
struct Thunk;

template <typename... Arguments, void (*Function)(Arguments...)>
struct Thunk<Function> {
  static constexpr std::size_t pointers = count_pointers<Arguments...>();
  static constexpr std::size_t scalars = sizeof...(Arguments) - pointers;
  static_assert(pointers_come_first<Arguments...>(), "a kernel takes its pointers first");
  static_assert(((std::is_pointer_v<Arguments> || std::is_same_v<Arguments, std::int32_t>)&&...),
                "a kernel takes pointers and int32 sizes only");

  template <std::size_t Index, typename Argument>
  static Argument argument(void* const* pointer, const std::int32_t* scalar) {
    if constexpr (Index < pointers)
      return static_cast<Argument>(pointer[Index]);
    else
      return scalar[Index - pointers];
  }

  template <std::size_t... Index>
  static void unpack(void* const* pointer, const std::int32_t* scalar,
                     std::index_sequence<Index...>) {
    Function(argument<Index, Arguments>(pointer, scalar)...);
  }

  static void call(void* const* pointer, const std::int32_t* scalar) {
    unpack(pointer, scalar, std::index_sequence_for<Arguments...>{});
  }

  static constexpr TilescopeKernelEntry entry(const char* symbol) {
    return {symbol, &call, static_cast<std::int32_t>(pointers),
            static_cast<std::int32_t>(scalars)};
  }
};

}  // namespace tilescope
