// A core's DMA sends a buffer as it was configured; nobody computes anything.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    %table = aie.buffer(%core) {address = 1024 : i32, sym_name = "table"} : memref<2x4xi16> = dense<[[1, 2, 3, 4], [5, 6, 7, -8]]>
    aie.flow(%core, DMA : 1, %shim, DMA : 1)
    aie.shim_dma_allocation @out(S2MM, 1, 0)
    %dma_core = aie.mem(%core) {
        %score0 = aie.dma_start(MM2S, 1, ^b1, ^end)
      ^b1:
        aie.dma_bd(%table : memref<2x4xi16>)
        aie.next_bd ^end
      ^end:
        aie.end
    }
    aie.runtime_sequence(%o: memref<8xi16>) {
      %t = aiex.dma_configure_task_for @out {
        aie.dma_bd(%o : memref<8xi16>, 0, 8)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%t)
      aiex.dma_await_task(%t)
    }
  }
}
