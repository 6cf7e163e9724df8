// Two shim channels fill the halves of one buffer; each gives 1 to a lock, of which the way out
// takes 2.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %m = aie.buffer(%mem) {sym_name = "m"} : memref<32xi32>
    %free_a = aie.lock(%mem, 0) {init = 1 : i32}
    %free_b = aie.lock(%mem, 1) {init = 1 : i32}
    %full = aie.lock(%mem, 2) {init = 0 : i32}
    aie.flow(%shim, DMA : 0, %mem, DMA : 0)
    aie.flow(%shim, DMA : 1, %mem, DMA : 1)
    aie.flow(%mem, DMA : 0, %shim, DMA : 0)
    aie.shim_dma_allocation @a(%shim, MM2S, 0)
    aie.shim_dma_allocation @b(%shim, MM2S, 1)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    %dma_mem = aie.memtile_dma(%mem) {
        %smem0 = aie.dma_start(S2MM, 0, ^b1, ^n0)
      ^b1:
        aie.use_lock(%free_a, AcquireGreaterEqual, 1)
        aie.dma_bd(%m : memref<32xi32>, 0, 16)
        aie.use_lock(%full, Release, 1)
        aie.next_bd ^end
      ^n0:
        %smem1 = aie.dma_start(S2MM, 1, ^b2, ^n1)
      ^b2:
        aie.use_lock(%free_b, AcquireGreaterEqual, 1)
        aie.dma_bd(%m : memref<32xi32>, 16, 16)
        aie.use_lock(%full, Release, 1)
        aie.next_bd ^end
      ^n1:
        %smem2 = aie.dma_start(MM2S, 0, ^b3, ^end)
      ^b3:
        aie.use_lock(%full, AcquireGreaterEqual, 2)
        aie.dma_bd(%m : memref<32xi32>, 0, 32)
        aie.next_bd ^end
      ^end:
        aie.end
    }
    aie.runtime_sequence(%a: memref<16xi32>, %b: memref<16xi32>, %c: memref<32xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%c : memref<32xi32>, 0, 32)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %ta = aiex.dma_configure_task_for @a {
        aie.dma_bd(%a : memref<16xi32>, 0, 16)
        aie.end
      }
      aiex.dma_start_task(%ta)
      aiex.npu.write32 {address = 256 : ui32, column = 0 : i32, row = 0 : i32, value = 0 : ui32}
      aiex.npu.write32 {address = 256 : ui32, column = 0 : i32, row = 0 : i32, value = 0 : ui32}
      aiex.npu.write32 {address = 256 : ui32, column = 0 : i32, row = 0 : i32, value = 0 : ui32}
      aiex.npu.write32 {address = 256 : ui32, column = 0 : i32, row = 0 : i32, value = 0 : ui32}
      aiex.npu.write32 {address = 256 : ui32, column = 0 : i32, row = 0 : i32, value = 0 : ui32}
      aiex.npu.write32 {address = 256 : ui32, column = 0 : i32, row = 0 : i32, value = 0 : ui32}
      aiex.npu.write32 {address = 256 : ui32, column = 0 : i32, row = 0 : i32, value = 0 : ui32}
      aiex.npu.write32 {address = 256 : ui32, column = 0 : i32, row = 0 : i32, value = 0 : ui32}
      aiex.npu.write32 {address = 256 : ui32, column = 0 : i32, row = 0 : i32, value = 0 : ui32}
      aiex.npu.write32 {address = 256 : ui32, column = 0 : i32, row = 0 : i32, value = 0 : ui32}
      %tb = aiex.dma_configure_task_for @b {
        aie.dma_bd(%b : memref<16xi32>, 0, 16)
        aie.end
      }
      aiex.dma_start_task(%tb)
      aiex.dma_await_task(%o)
    }
  }
}
