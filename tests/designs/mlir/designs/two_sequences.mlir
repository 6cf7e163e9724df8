// Two sequences on one device, of one object and of three, and a device without any.
module {
  aie.device(npu1) @base {
    %shim = aie.tile(0, 0)
  }
  aie.device(npu1) @main {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    aie.objectfifo @in(%shim, {%mem}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @out(%mem, {%shim}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo.link [@in] -> [@out]([] [])
    aie.runtime_sequence @one(%a: memref<16xi32>, %b: memref<16xi32>) {
      aiex.npu.load_pdi {device_ref = @main}
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<16xi32>, 0, 16)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %t = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<16xi32>, 0, 16)
        aie.end
      }
      aiex.dma_start_task(%t)
      aiex.dma_await_task(%o)
    }
    aie.runtime_sequence @three(%a: memref<48xi32>, %b: memref<48xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<48xi32>, 0, 48)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %t = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<48xi32>, 0, 48)
        aie.end
      }
      aiex.dma_start_task(%t)
      aiex.dma_await_task(%o)
    }
  }
}
