// linalg on whole buffers: an addition, and a generic that multiplies by the row's factor.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    aie.objectfifo @in0(%shim, {%core}, 1 : i32) : !aie.objectfifo<memref<4x8xf32>>
    aie.objectfifo @in1(%shim, {%core}, 1 : i32) : !aie.objectfifo<memref<4xf32>>
    aie.objectfifo @out(%core, {%shim}, 1 : i32) : !aie.objectfifo<memref<4x8xf32>>
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %v0 = aie.objectfifo.acquire @in0(Consume, 1) : !aie.objectfifosubview<memref<4x8xf32>>
      %x0 = aie.objectfifo.subview.access %v0[0] : !aie.objectfifosubview<memref<4x8xf32>> -> memref<4x8xf32>
      %v1 = aie.objectfifo.acquire @in1(Consume, 1) : !aie.objectfifosubview<memref<4xf32>>
      %x1 = aie.objectfifo.subview.access %v1[0] : !aie.objectfifosubview<memref<4xf32>> -> memref<4xf32>
      %w = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<4x8xf32>>
      %y = aie.objectfifo.subview.access %w[0] : !aie.objectfifosubview<memref<4x8xf32>> -> memref<4x8xf32>
      linalg.add ins(%x0, %x0 : memref<4x8xf32>, memref<4x8xf32>) outs(%y : memref<4x8xf32>)
      linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x1 : memref<4xf32>) outs(%y : memref<4x8xf32>) {
      ^bb0(%f: f32, %e: f32):
        %p = arith.mulf %f, %e : f32
        linalg.yield %p : f32
      }
      aie.objectfifo.release @in0(Consume, 1)
      aie.objectfifo.release @in1(Consume, 1)
      aie.objectfifo.release @out(Produce, 1)
      aie.end
    }
    aie.runtime_sequence(%a0: memref<32xf32>, %a1: memref<4xf32>, %b: memref<32xf32>) {
      %to = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<32xf32>, 0, 32)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%to)
      %t0 = aiex.dma_configure_task_for @in0 {
        aie.dma_bd(%a0 : memref<32xf32>, 0, 32)
        aie.end
      }
      aiex.dma_start_task(%t0)
      %t1 = aiex.dma_configure_task_for @in1 {
        aie.dma_bd(%a1 : memref<4xf32>, 0, 4)
        aie.end
      }
      aiex.dma_start_task(%t1)
      aiex.dma_await_task(%to)
    }
  }
}
