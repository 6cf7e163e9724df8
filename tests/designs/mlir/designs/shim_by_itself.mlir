// A shim's DMA that sends a buffer of the host by itself; the sequence only takes what comes of it.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %outside = aie.external_buffer {sym_name = "outside"} : memref<32xi32>
    %m = aie.buffer(%mem) {sym_name = "m"} : memref<16xi32>
    %free = aie.lock(%mem, 0) {init = 1 : i32}
    %full = aie.lock(%mem, 1) {init = 0 : i32}
    aie.flow(%shim, DMA : 0, %mem, DMA : 0)
    aie.flow(%mem, DMA : 0, %shim, DMA : 0)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    %dma_shim = aie.shim_dma(%shim) {
        %0 = aie.dma_start(MM2S, 0, ^b0, ^end)
      ^b0:
        aie.dma_bd(%outside : memref<32xi32>, 0, 32)
        aie.next_bd ^end
      ^end:
        aie.end
    }
    %dma_mem = aie.memtile_dma(%mem) {
        %0 = aie.dma_start(S2MM, 0, ^b1, ^n0)
      ^b1:
        aie.use_lock(%free, AcquireGreaterEqual, 1)
        aie.dma_bd(%m : memref<16xi32>, 0, 16)
        aie.use_lock(%full, Release, 1)
        aie.next_bd ^b1
      ^n0:
        %1 = aie.dma_start(MM2S, 0, ^b2, ^end)
      ^b2:
        aie.use_lock(%full, AcquireGreaterEqual, 1)
        aie.dma_bd(%m : memref<16xi32>, 0, 16)
        aie.use_lock(%free, Release, 1)
        aie.next_bd ^b2
      ^end:
        aie.end
    }
    aie.runtime_sequence(%b: memref<32xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<32xi32>, 0, 32)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      aiex.dma_await_task(%o)
    }
  }
}
