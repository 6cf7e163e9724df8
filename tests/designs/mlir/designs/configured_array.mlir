// The mem tile of mem_tile_one_buffer, whose DMA has its buffer and locks to itself, in a launch that
// configures the array; another device stands beside it.
module {
  aie.device(npu1) @main {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    aie.flow(%shim, DMA : 0, %mem, DMA : 0)
    aie.flow(%mem, DMA : 0, %shim, DMA : 0)
    aie.shim_dma_allocation @in(%shim, MM2S, 0)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    %dma_mem = aie.memtile_dma(%mem) {
      %m0 = aie.buffer(%mem) {sym_name = "m0"} : memref<16xi32>
      %free = aie.lock(%mem, 0) {init = 1 : i32}
      %full = aie.lock(%mem, 1) {init = 0 : i32}
      %into = aie.dma(S2MM, 0) [{
        aie.use_lock(%free, AcquireGreaterEqual, 1)
        aie.dma_bd(%m0 : memref<16xi32>)
        aie.use_lock(%full, Release, 1)
      }]
      %from = aie.dma(MM2S, 0) [{
        aie.use_lock(%full, AcquireGreaterEqual, 1)
        aie.dma_bd(%m0 : memref<16xi32>)
        aie.use_lock(%free, Release, 1)
      }]
      aie.end
    }
    aiex.runtime_sequence @run(%a: memref<48xi32>, %b: memref<48xi32>) {
      %c0 = arith.constant 0 : i64
      %c1 = arith.constant 1 : i64
      %c48 = arith.constant 48 : i64
      aiex.configure @main {
        aiex.npu.dma_memcpy_nd (%a[%c0, %c0, %c0, %c0][%c1, %c1, %c1, %c48][%c0, %c0, %c0, %c1]) {id = 0 : i64, metadata = @in} : memref<48xi32>
        aiex.npu.dma_memcpy_nd (%b[%c0, %c0, %c0, %c0][%c1, %c1, %c1, %c48][%c0, %c0, %c0, %c1]) {id = 1 : i64, metadata = @out, issue_token = true} : memref<48xi32>
        aiex.npu.dma_wait { symbol = @out }
      }
    }
  }
  aie.device(npu1) @base {
    %shim = aie.tile(0, 0)
  }
}
