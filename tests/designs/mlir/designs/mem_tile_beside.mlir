// The mem tile of column 0 fills a buffer of column 1, whose own DMA sends it on.
module {
  aie.device(npu1) {
    %shim0 = aie.tile(0, 0)
    %shim1 = aie.tile(1, 0)
    %near = aie.tile(0, 1)
    %far = aie.tile(1, 1)
    %m = aie.buffer(%far) {sym_name = "m"} : memref<16xi32>
    %free = aie.lock(%far, 0) {init = 1 : i32}
    %full = aie.lock(%far, 1) {init = 0 : i32}
    aie.flow(%shim0, DMA : 0, %near, DMA : 0)
    aie.flow(%far, DMA : 0, %shim1, DMA : 0)
    aie.shim_dma_allocation @in(MM2S, 0, 0)
    aie.shim_dma_allocation @out(S2MM, 0, 1)
    %dma_near = aie.memtile_dma(%near) {
        %snear0 = aie.dma_start(S2MM, 0, ^b1, ^end)
      ^b1:
        aie.use_lock(%free, AcquireGreaterEqual, 1)
        aie.dma_bd(%m : memref<16xi32>)
        aie.use_lock(%full, Release, 1)
        aie.next_bd ^b1
      ^end:
        aie.end
    }
    %dma_far = aie.memtile_dma(%far) {
        %sfar0 = aie.dma_start(MM2S, 0, ^b1, ^end)
      ^b1:
        aie.use_lock(%full, AcquireGreaterEqual, 1)
        aie.dma_bd(%m : memref<16xi32>)
        aie.use_lock(%free, Release, 1)
        aie.next_bd ^b1
      ^end:
        aie.end
    }
    aie.runtime_sequence(%a: memref<32xi32>, %b: memref<32xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<32xi32>, 0, 32)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %i = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<32xi32>, 0, 32)
        aie.end
      }
      aiex.dma_start_task(%i)
      aiex.dma_await_task(%o)
    }
  }
}
