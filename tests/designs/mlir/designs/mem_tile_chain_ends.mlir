// A chain of two descriptors that ends passes two objects.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %m0 = aie.buffer(%mem) {sym_name = "m0"} : memref<16xi32>
    %m1 = aie.buffer(%mem) {sym_name = "m1"} : memref<16xi32>
    %free = aie.lock(%mem, 0) {init = 2 : i32}
    %full = aie.lock(%mem, 1) {init = 0 : i32}
    aie.flow(%shim, DMA : 0, %mem, DMA : 0)
    aie.flow(%mem, DMA : 0, %shim, DMA : 0)
    aie.shim_dma_allocation @in(%shim, MM2S, 0)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    %dma_mem = aie.memtile_dma(%mem) {
        %smem0 = aie.dma_start(S2MM, 0, ^b1, ^n0)
      ^b1:
        aie.use_lock(%free, AcquireGreaterEqual, 1)
        aie.dma_bd(%m0 : memref<16xi32>, 0, 16)
        aie.use_lock(%full, Release, 1)
        aie.next_bd ^b2
      ^b2:
        aie.use_lock(%free, AcquireGreaterEqual, 1)
        aie.dma_bd(%m1 : memref<16xi32>, 0, 16)
        aie.use_lock(%full, Release, 1)
        aie.next_bd ^end
      ^n0:
        %smem1 = aie.dma_start(MM2S, 0, ^b3, ^end)
      ^b3:
        aie.use_lock(%full, AcquireGreaterEqual, 1)
        aie.dma_bd(%m0 : memref<16xi32>, 0, 16)
        aie.use_lock(%free, Release, 1)
        aie.next_bd ^b4
      ^b4:
        aie.use_lock(%full, AcquireGreaterEqual, 1)
        aie.dma_bd(%m1 : memref<16xi32>, 0, 16)
        aie.use_lock(%free, Release, 1)
        aie.next_bd ^end
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
