// A mem tile sends each of two objects three times.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %core = aie.tile(0, 2)
    func.func private @linear_zero_int32(memref<16xi32>, i32)
    func.func private @linear_accumulate_int32(memref<16xi32>, memref<16xi32>, memref<16xi32>, i32)
    aie.objectfifo @in(%shim, {%mem}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @again(%mem, {%core}, 1 : i32) {repeat_count = 3 : i32} : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @out(%core, {%shim}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo.link [@in] -> [@again]([] [])
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %ct = arith.constant 6 : index
      %n = arith.constant 16 : i32
      scf.for %i = %c0 to %ct step %c1 {
        %sx = aie.objectfifo.acquire @again(Consume, 1) : !aie.objectfifosubview<memref<16xi32>>
        %x = aie.objectfifo.subview.access %sx[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        %sy = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<16xi32>>
        %y = aie.objectfifo.subview.access %sy[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        func.call @linear_accumulate_int32(%x, %x, %y, %n) : (memref<16xi32>, memref<16xi32>, memref<16xi32>, i32) -> ()
        aie.objectfifo.release @again(Consume, 1)
        aie.objectfifo.release @out(Produce, 1)
      }
      aie.end
    }
    aie.runtime_sequence(%a: memref<32xi32>, %b: memref<96xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<96xi32>, 0, 96)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %t = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<32xi32>, 0, 32)
        aie.end
      }
      aiex.dma_start_task(%t)
      aiex.dma_await_task(%o)
    }
  }
}
