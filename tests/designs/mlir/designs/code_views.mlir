// A view of every other row, and the whole object as one row for a kernel.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    func.func private @linear_zero_int32(memref<32xi32>, i32)
    aie.objectfifo @in0(%shim, {%core}, 1 : i32) : !aie.objectfifo<memref<4x8xi32>>
    aie.objectfifo @out(%core, {%shim}, 1 : i32) : !aie.objectfifo<memref<4x8xi32>>
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %v0 = aie.objectfifo.acquire @in0(Consume, 1) : !aie.objectfifosubview<memref<4x8xi32>>
      %x0 = aie.objectfifo.subview.access %v0[0] : !aie.objectfifosubview<memref<4x8xi32>> -> memref<4x8xi32>
      %w = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<4x8xi32>>
      %y = aie.objectfifo.subview.access %w[0] : !aie.objectfifosubview<memref<4x8xi32>> -> memref<4x8xi32>
      %n = arith.constant 32 : i32
      %flat = memref.collapse_shape %y [[0, 1]] : memref<4x8xi32> into memref<32xi32>
      func.call @linear_zero_int32(%flat, %n) : (memref<32xi32>, i32) -> ()
      %from = memref.subview %x0[0, 0] [2, 8] [2, 1] : memref<4x8xi32> to memref<2x8xi32, strided<[16, 1]>>
      %to = memref.subview %y[1, 0] [2, 8] [2, 1] : memref<4x8xi32> to memref<2x8xi32, strided<[16, 1], offset: 8>>
      linalg.copy ins(%from : memref<2x8xi32, strided<[16, 1]>>) outs(%to : memref<2x8xi32, strided<[16, 1], offset: 8>>)
      aie.objectfifo.release @in0(Consume, 1)
      aie.objectfifo.release @out(Produce, 1)
      aie.end
    }
    aie.runtime_sequence(%a0: memref<32xi32>, %b: memref<32xi32>) {
      %to = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<32xi32>, 0, 32)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%to)
      %t0 = aiex.dma_configure_task_for @in0 {
        aie.dma_bd(%a0 : memref<32xi32>, 0, 32)
        aie.end
      }
      aiex.dma_start_task(%t0)
      aiex.dma_await_task(%to)
    }
  }
}
