// An object FIFO from the shim and a buffer of the core's own; the result leaves by a lock and a
// flow.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    func.func private @linear_accumulate_float32(memref<16xf32>, memref<16xf32>, memref<16xf32>, i32)
    %bias = aie.buffer(%core) {sym_name = "bias"} : memref<16xf32> = dense<2.5>
    %sum = aie.buffer(%core) {sym_name = "sum"} : memref<16xf32>
    %free = aie.lock(%core, 8) {init = 1 : i32}
    %full = aie.lock(%core, 9) {init = 0 : i32}
    aie.objectfifo @in(%shim, {%core}, 2 : i32) : !aie.objectfifo<memref<16xf32>>
    aie.flow(%core, DMA : 0, %shim, DMA : 0)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %n = arith.constant 16 : i32
      scf.for %i = %c0 to %c2 step %c1 {
        %view = aie.objectfifo.acquire @in(Consume, 1) : !aie.objectfifosubview<memref<16xf32>>
        %x = aie.objectfifo.subview.access %view[0] : !aie.objectfifosubview<memref<16xf32>> -> memref<16xf32>
        aie.use_lock(%free, AcquireGreaterEqual, 1)
        func.call @linear_accumulate_float32(%x, %bias, %sum, %n) : (memref<16xf32>, memref<16xf32>, memref<16xf32>, i32) -> ()
        aie.objectfifo.release @in(Consume, 1)
        aie.use_lock(%full, Release, 1)
      }
      aie.end
    }
    %dma_core = aie.mem(%core) {
        %score0 = aie.dma_start(MM2S, 0, ^b1, ^end)
      ^b1:
        aie.use_lock(%full, AcquireGreaterEqual, 1)
        aie.dma_bd(%sum : memref<16xf32>)
        aie.use_lock(%free, Release, 1)
        aie.next_bd ^b1
      ^end:
        aie.end
    }
    aie.runtime_sequence(%a: memref<32xf32>, %b: memref<32xf32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<32xf32>, 0, 32)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %i = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<32xf32>, 0, 32)
        aie.end
      }
      aiex.dma_start_task(%i)
      aiex.dma_await_task(%o)
    }
  }
}
