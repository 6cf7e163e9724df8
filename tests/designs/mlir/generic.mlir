"builtin.module"() ({
  "aie.device"() <{device = "npu1"}> ({
    %s = "aie.tile"() <{col = 0 : i32, row = 0 : i32}> : () -> index
    %m = "aie.tile"() {col = 0 : i32, row = 1 : i32} : () -> index
    "aie.objectfifo"(%s, %m) <{sym_name = "In", elemNumber = 2 : i32, elemType = !aie.objectfifo<memref<16x4xi16>>, dimensionsToStream = #aie<bd_dim_layout_array[]>, dimensionsFromStreamPerConsumer = #aie<bd_dim_layout_array_array[[]]>, via_DMA = false}> : (index, index) -> ()
    "aie.objectfifo"(%m, %s) <{sym_name = "Out", elemNumber = [2 : i32, 3 : i32], elemType = !aie.objectfifo<memref<16x4xi16>>, dimensionsToStream = #aie<bd_dim_layout_array[<size = 4, stride = 16>, <size = 16, stride = 1>]>}> : (index, index) -> ()
    "aie.objectfifo.link"() <{fifoIns = [@In], fifoOuts = [@Out], src_offsets = [], dst_offsets = [0]}> : () -> ()
    "aie.runtime_sequence"() ({
    ^bb0(%a: memref<128xi16>, %b: memref<128xi16>):
      %0 = "aiex.dma_configure_task_for"() <{alloc = @Out, issue_token = true}> ({
        "aie.dma_bd"(%b) <{offset = 0 : i32, len = 128 : i32}> : (memref<128xi16>) -> ()
        "aie.end"() : () -> ()
      }) : () -> index
      "aiex.dma_start_task"(%0) : (index) -> ()
      %1 = "aiex.dma_configure_task_for"() <{alloc = @In, repeat_count = 1 : i32}> ({
        "aie.dma_bd"(%a) <{len = 64 : i32, dimensions = #aie<bd_dim_layout_array[<size = 8, stride = 8>, <size = 8, stride = 1>]>}> : (memref<128xi16>) -> ()
        "aie.end"() : () -> ()
      }) : () -> index
      "aiex.dma_start_task"(%1) : (index) -> ()
      "aiex.dma_await_task"(%0) : (index) -> ()
    }) {sym_name = "run"} : () -> ()
    "aie.end"() : () -> ()
  }) : () -> ()
}) : () -> ()
