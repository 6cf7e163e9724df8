// A core that jumps back to its beginning for ever, and a loop that a compiler made jumps of: 100 more.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    aie.objectfifo @in(%shim, {%core}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @out(%core, {%shim}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %more = arith.constant 100 : i32
      cf.br ^round
    ^round:
      %x = aie.objectfifo.acquire @in(Consume, 1) : memref<16xi32>
      %y = aie.objectfifo.acquire @out(Produce, 1) : memref<16xi32>
      cf.br ^head(%c0 : index)
    ^head(%i: index):
      %less = arith.cmpi slt, %i, %c16 : index
      cf.cond_br %less, ^body, ^beyond
    ^body:
      %v = memref.load %x[%i] : memref<16xi32>
      %s = arith.addi %v, %more : i32
      memref.store %s, %y[%i] : memref<16xi32>
      %next = arith.addi %i, %c1 : index
      cf.br ^head(%next : index)
    ^beyond:
      aie.objectfifo.release @in(Consume, 1)
      aie.objectfifo.release @out(Produce, 1)
      cf.br ^round
    }
    aie.runtime_sequence(%a: memref<32xi32>, %b: memref<32xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<32xi32>, 0, 32)
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
