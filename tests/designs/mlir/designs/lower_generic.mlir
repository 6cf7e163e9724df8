// A mem tile passes 16 words on, in the generic syntax.
"builtin.module"() ({
  "aie.device"() <{device = 4 : i32}> ({
    %s = "aie.tile"() <{col = 0 : i32, row = 0 : i32}> : () -> index
    %m = "aie.tile"() <{col = 0 : i32, row = 1 : i32}> : () -> index
    %b = "aie.buffer"(%m) <{sym_name = "b"}> : (index) -> memref<16xi32>
    %free = "aie.lock"(%m) <{lockID = 0 : i32, init = 1 : i32}> : (index) -> index
    %full = "aie.lock"(%m) <{lockID = 1 : i32, init = 0 : i32}> : (index) -> index
    "aie.flow"(%s, %m) <{source_bundle = 1 : i32, source_channel = 0 : i32, dest_bundle = 1 : i32, dest_channel = 0 : i32}> : (index, index) -> ()
    "aie.flow"(%m, %s) <{source_bundle = 1 : i32, source_channel = 0 : i32, dest_bundle = 1 : i32, dest_channel = 0 : i32}> : (index, index) -> ()
    "aie.shim_dma_allocation"(%s) <{sym_name = "in", channel_dir = 1 : i32, channel_index = 0 : i64}> : (index) -> ()
    "aie.shim_dma_allocation"(%s) <{sym_name = "out", channel_dir = 0 : i32, channel_index = 0 : i64}> : (index) -> ()
    %d = "aie.memtile_dma"(%m) ({
      %0 = "aie.dma_start"()[^in, ^out] <{channel_dir = 0 : i32, channel_index = 0 : i32}> : () -> i1
    ^in:
      "aie.use_lock"(%free) <{action = 2 : i32, value = 1 : i32}> : (index) -> ()
      "aie.dma_bd"(%b) <{offset = 0 : i32, len = 16 : i32}> : (memref<16xi32>) -> ()
      "aie.use_lock"(%full) <{action = 1 : i32, value = 1 : i32}> : (index) -> ()
      "aie.next_bd"()[^in] : () -> ()
    ^out:
      %1 = "aie.dma_start"()[^send, ^end] <{channel_dir = 1 : i32, channel_index = 0 : i32}> : () -> i1
    ^send:
      "aie.use_lock"(%full) <{action = 2 : i32, value = 1 : i32}> : (index) -> ()
      "aie.dma_bd"(%b) <{offset = 0 : i32, len = 16 : i32}> : (memref<16xi32>) -> ()
      "aie.use_lock"(%free) <{action = 1 : i32, value = 1 : i32}> : (index) -> ()
      "aie.next_bd"()[^send] : () -> ()
    ^end:
      "aie.end"() : () -> ()
    }) : (index) -> index
    "aie.runtime_sequence"() ({
    ^bb0(%x: memref<16xi32>, %y: memref<16xi32>):
      "aiex.npu.dma_memcpy_nd"(%y) <{metadata = @out, id = 0 : i64, issue_token = true, static_offsets = array<i64: 0, 0, 0, 0>, static_sizes = array<i64: 1, 1, 1, 16>, static_strides = array<i64: 0, 0, 0, 1>}> : (memref<16xi32>) -> ()
      "aiex.npu.dma_memcpy_nd"(%x) <{metadata = @in, id = 1 : i64, static_offsets = array<i64: 0, 0, 0, 0>, static_sizes = array<i64: 1, 1, 1, 16>, static_strides = array<i64: 0, 0, 0, 1>}> : (memref<16xi32>) -> ()
      "aiex.npu.dma_wait"() <{symbol = @out}> : () -> ()
    }) {sym_name = "run"} : () -> ()
    "aie.end"() : () -> ()
  }) : () -> ()
}) : () -> ()
