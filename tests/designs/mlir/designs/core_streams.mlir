// FIFOs that a core takes, gives or hands to another by its own stream, beside one that has a DMA.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %other = aie.tile(1, 0)
    %low = aie.tile(0, 2)
    %high = aie.tile(0, 3)
    func.func private @work(memref<16xi32>)
    aie.objectfifo @taken(%shim, {%low}, 2 : i32) {aie_stream = 1 : i32, aie_stream_port = 0 : i32} : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @given(%low, {%other}, 2 : i32) {aie_stream = 0 : i32, aie_stream_port = 0 : i32} : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @handed(%low, {%high}, 2 : i32) {aie_stream = 2 : i32, aie_stream_port = 1 : i32} : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @out(%low, {%shim}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.core(%low) {
      %y = aie.objectfifo.acquire @out(Produce, 1) : memref<16xi32>
      func.call @work(%y) : (memref<16xi32>) -> ()
      aie.objectfifo.release @out(Produce, 1)
      aie.end
    }
    aie.runtime_sequence(%a: memref<160xi32>, %b: memref<160xi32>, %c: memref<16xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%c : memref<16xi32>, 0, 16)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %g = aiex.dma_configure_task_for @given {
        aie.dma_bd(%b : memref<160xi32>, 0, 160)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%g)
      %t = aiex.dma_configure_task_for @taken {
        aie.dma_bd(%a : memref<160xi32>, 0, 160)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%t)
      aiex.dma_await_task(%o)
      aiex.dma_await_task(%g)
      aiex.dma_await_task(%t)
    }
  }
}
