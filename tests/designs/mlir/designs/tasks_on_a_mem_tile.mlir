// The sequence itself programs the mem tile's channels, with a chain of two descriptors each.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %m = aie.buffer(%mem) {sym_name = "m"} : memref<32xi32>
    %full = aie.lock(%mem, 0) {init = 0 : i32}
    aie.flow(%shim, DMA : 0, %mem, DMA : 0)
    aie.flow(%mem, DMA : 0, %shim, DMA : 0)
    aie.runtime_sequence(%a: memref<32xi32>, %b: memref<32xi32>) {
      %into = aiex.dma_configure_task(%mem, S2MM, 0) {
        aie.dma_bd(%m : memref<32xi32>, 16, 16)
        aie.use_lock(%full, Release, 1)
        aie.next_bd ^second
      ^second:
        aie.dma_bd(%m : memref<32xi32>, 0, 16)
        aie.use_lock(%full, Release, 1)
        aie.end
      }
      %from = aiex.dma_configure_task(%mem, MM2S, 0) {
        aie.use_lock(%full, AcquireGreaterEqual, 2)
        aie.dma_bd(%m : memref<32xi32>, 0, 32)
        aie.end
      }
      aiex.dma_start_task(%into, %from)
      %o = aiex.dma_configure_task(%shim, S2MM, 0) {
        aie.dma_bd(%b : memref<32xi32>, 0, 32)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %i = aiex.dma_configure_task(%shim, MM2S, 0) {
        aie.dma_bd(%a : memref<32xi32>, 0, 32)
        aie.end
      }
      aiex.dma_start_task(%i)
      aiex.dma_await_task(%o)
      aiex.dma_free_task(%into, %from)
    }
  }
}
