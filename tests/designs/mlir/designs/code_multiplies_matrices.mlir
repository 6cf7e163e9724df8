// Three loops around a multiply-accumulate of int16 into i32, after a linalg.fill.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    aie.objectfifo @in0(%shim, {%core}, 1 : i32) : !aie.objectfifo<memref<4x8xi16>>
    aie.objectfifo @in1(%shim, {%core}, 1 : i32) : !aie.objectfifo<memref<8x4xi16>>
    aie.objectfifo @out(%core, {%shim}, 1 : i32) : !aie.objectfifo<memref<4x4xi32>>
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %v0 = aie.objectfifo.acquire @in0(Consume, 1) : !aie.objectfifosubview<memref<4x8xi16>>
      %x0 = aie.objectfifo.subview.access %v0[0] : !aie.objectfifosubview<memref<4x8xi16>> -> memref<4x8xi16>
      %v1 = aie.objectfifo.acquire @in1(Consume, 1) : !aie.objectfifosubview<memref<8x4xi16>>
      %x1 = aie.objectfifo.subview.access %v1[0] : !aie.objectfifosubview<memref<8x4xi16>> -> memref<8x4xi16>
      %w = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<4x4xi32>>
      %y = aie.objectfifo.subview.access %w[0] : !aie.objectfifosubview<memref<4x4xi32>> -> memref<4x4xi32>
      %zero = arith.constant 0 : i32
      linalg.fill ins(%zero : i32) outs(%y : memref<4x4xi32>)
      scf.for %i = %c0 to %c4 step %c1 {
        scf.for %j = %c0 to %c4 step %c1 {
          scf.for %k = %c0 to %c8 step %c1 {
            %a = memref.load %x0[%i, %k] : memref<4x8xi16>
            %b0 = memref.load %x1[%k, %j] : memref<8x4xi16>
            %ae = arith.extsi %a : i16 to i32
            %be = arith.extsi %b0 : i16 to i32
            %p = arith.muli %ae, %be : i32
            %c = memref.load %y[%i, %j] : memref<4x4xi32>
            %s = arith.addi %c, %p : i32
            memref.store %s, %y[%i, %j] : memref<4x4xi32>
          }
        }
      }
      aie.objectfifo.release @in0(Consume, 1)
      aie.objectfifo.release @in1(Consume, 1)
      aie.objectfifo.release @out(Produce, 1)
      aie.end
    }
    aie.runtime_sequence(%a0: memref<32xi16>, %a1: memref<32xi16>, %b: memref<16xi32>) {
      %to = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<16xi32>, 0, 16)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%to)
      %t0 = aiex.dma_configure_task_for @in0 {
        aie.dma_bd(%a0 : memref<32xi16>, 0, 32)
        aie.end
      }
      aiex.dma_start_task(%t0)
      %t1 = aiex.dma_configure_task_for @in1 {
        aie.dma_bd(%a1 : memref<32xi16>, 0, 32)
        aie.end
      }
      aiex.dma_start_task(%t1)
      aiex.dma_await_task(%to)
    }
  }
}
