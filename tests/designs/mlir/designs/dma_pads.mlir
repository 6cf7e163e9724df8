// A mem tile sends a row of 42s before and two after its three rows, and four of them behind each.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %m = aie.buffer(%mem) {sym_name = "m"} : memref<3x4xi32>
    %free = aie.lock(%mem, 0) {init = 1 : i32}
    %full = aie.lock(%mem, 1) {init = 0 : i32}
    aie.flow(%shim, DMA : 0, %mem, DMA : 0)
    aie.flow(%mem, DMA : 0, %shim, DMA : 0)
    aie.shim_dma_allocation @in(%shim, MM2S, 0)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    %dma_mem = aie.memtile_dma(%mem) {
      %0 = aie.dma(S2MM, 0) [{
        aie.use_lock(%free, AcquireGreaterEqual, 1)
        aie.dma_bd(%m : memref<3x4xi32>, 0, 12)
        aie.use_lock(%full, Release, 1)
      }]
      %1 = aie.dma(MM2S, 0) {pad_value = 42 : i32} [{
        aie.use_lock(%full, AcquireGreaterEqual, 1)
        aie.dma_bd(%m : memref<3x4xi32>, 0, 48, [<size = 3, stride = 4>, <size = 4, stride = 1>], [<const_pad_before = 1, const_pad_after = 2>, <const_pad_before = 0, const_pad_after = 4>])
        aie.use_lock(%free, Release, 1)
      }]
      aie.end
    }
    aie.runtime_sequence(%a: memref<24xi32>, %b: memref<96xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<96xi32>, 0, 96)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %i = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<24xi32>, 0, 24)
        aie.end
      }
      aiex.dma_start_task(%i)
      aiex.dma_await_task(%o)
    }
  }
}
