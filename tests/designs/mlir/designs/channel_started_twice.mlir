// A channel has a queue: one object of 8 words, then two of 16, each started by itself.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %short = aie.buffer(%mem) {sym_name = "short"} : memref<8xi32>
    %long = aie.buffer(%mem) {sym_name = "long"} : memref<16xi32>
    %short_free = aie.lock(%mem, 0) {init = 1 : i32}
    %short_full = aie.lock(%mem, 1) {init = 0 : i32}
    %free = aie.lock(%mem, 2) {init = 1 : i32}
    %full = aie.lock(%mem, 3) {init = 0 : i32}
    aie.flow(%shim, DMA : 0, %mem, DMA : 0)
    aie.flow(%mem, DMA : 0, %shim, DMA : 0)
    aie.shim_dma_allocation @in(%shim, MM2S, 0)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    %dma_mem = aie.memtile_dma(%mem) {
        %0 = aie.dma_start(S2MM, 0, ^b1, ^n0)
      ^b1:
        aie.use_lock(%short_free, AcquireGreaterEqual, 1)
        aie.dma_bd(%short : memref<8xi32>, 0, 8)
        aie.use_lock(%short_full, Release, 1)
        aie.next_bd ^end
      ^n0:
        %1 = aie.dma_start(S2MM, 0, ^b2, ^n1, repeat_count = 1)
      ^b2:
        aie.use_lock(%free, AcquireGreaterEqual, 1)
        aie.dma_bd(%long : memref<16xi32>, 0, 16)
        aie.use_lock(%full, Release, 1)
        aie.next_bd ^end
      ^n1:
        %2 = aie.dma_start(MM2S, 0, ^b3, ^n2)
      ^b3:
        aie.use_lock(%short_full, AcquireGreaterEqual, 1)
        aie.dma_bd(%short : memref<8xi32>, 0, 8)
        aie.use_lock(%short_free, Release, 1)
        aie.next_bd ^end
      ^n2:
        %3 = aie.dma_start(MM2S, 0, ^b4, ^end, repeat_count = 1)
      ^b4:
        aie.use_lock(%full, AcquireGreaterEqual, 1)
        aie.dma_bd(%long : memref<16xi32>, 0, 16)
        aie.use_lock(%free, Release, 1)
        aie.next_bd ^end
      ^end:
        aie.end
    }
    aie.runtime_sequence(%a: memref<40xi32>, %b: memref<40xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<40xi32>, 0, 40)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %t = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<40xi32>, 0, 40)
        aie.end
      }
      aiex.dma_start_task(%t)
      aiex.dma_await_task(%o)
    }
  }
}
