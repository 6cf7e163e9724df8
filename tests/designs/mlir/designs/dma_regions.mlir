// The mem tile of mem_tile_two_buffers with its channels as lists of descriptors; lock values are
// left out or constants.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %free = aie.lock(%mem) {init = 2 : i32}
    %full = aie.lock(%mem) {init = 0 : i32}
    aie.flow(%shim, DMA : 0, %mem, DMA : 0)
    aie.flow(%mem, DMA : 0, %shim, DMA : 0)
    aie.shim_dma_allocation @in(%shim, MM2S, 0)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    %m0 = aie.buffer(%mem) : memref<16xi32>
    %m1 = aie.buffer(%mem) : memref<16xi32>
    %dma = aie.memtile_dma(%mem) {
      %into = aie.dma(S2MM, 0) {sym_name = "into"} [{
        %c1 = arith.constant 1 : i32
        aie.use_lock(%free, AcquireGreaterEqual, %c1)
        aie.dma_bd(%m0 : memref<16xi32> offset = 0 len = 16)
        aie.use_lock(%full, Release, %c1)
      }, {
        aie.use_lock(%free, AcquireGreaterEqual)
        aie.dma_bd(%m1 : memref<16xi32>)
        aie.use_lock(%full, Release)
      }]
      %from = aie.dma(MM2S, 0) {loop = false, repeat_count = 2 : i32} [{
        aie.use_lock(%full, AcquireGreaterEqual)
        aie.dma_bd(%m0 : memref<16xi32>)
        aie.use_lock(%free, Release)
      }, {
        aie.use_lock(%full, AcquireGreaterEqual)
        aie.dma_bd(%m1 : memref<16xi32>)
        aie.use_lock(%free, Release)
      }]
      aie.end
    }
    aie.runtime_sequence(%a: memref<48xi32>, %b: memref<48xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<48xi32>, 0, 48)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %i = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<48xi32>, 0, 48)
        aie.end
      }
      aiex.dma_start_task(%i)
      aiex.dma_await_task(%o)
    }
  }
}
