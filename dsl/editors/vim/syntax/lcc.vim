" Vim syntax file of the lcc network language (.net).
" tests/lang/check_editors.py holds its words to the compiler's.
if exists("b:current_syntax")
  finish
endif

syntax case match
syntax keyword lccItem import param compound variants variant default fn block net search set
syntax keyword lccStatement let require if else input from stage as output
syntax keyword lccOperator in or and not
syntax keyword lccBoolean true false

syntax keyword lccForm residual scale concat split branch add sub mul div min max pow matmul
syntax keyword lccLayer constant conv conv_transpose depthwise dense bn max_pool avg_pool global_avg_pool flatten identity softmax dropout
syntax keyword lccLayer shuffle normalize pad upsample resize slice depth_to_space space_to_depth reshape transpose log_softmax l2_norm reduce argmax argmin
syntax keyword lccLayer layer_norm group_norm instance_norm rms_norm lrn quantize dequantize requantize
syntax keyword lccActivation relu relu6 hswish swish silu sigmoid hsigmoid tanh leaky_relu
syntax keyword lccActivation exp log sqrt reciprocal abs neg erf gelu gelu_tanh elu selu celu softplus
syntax keyword lccActivation softsign mish power clip thresholded_relu floor ceil round sign
syntax keyword lccFunction divisible min max floor ceil round abs sqrt int
syntax keyword lccWord same symmetric valid torch keras nearest bilinear linear cubic half_pixel pytorch_half_pixel align_corners asymmetric tf_half_pixel_for_nn half_pixel_symmetric round_prefer_floor round_prefer_ceil floor ceil dcr crd constant reflect edge h w c mean sum max min l1 l2 sum_square prod log_sum_exp f32 int8 uint8 channels once tflite

syntax match lccNumber "\<\d\+\(\.\d\+\)\?\([eE][+-]\?\d\+\)\?\>"
syntax match lccArrow "->"
syntax match lccOperator "\.\."
syntax match lccOperator "\<step\>\ze\s*[-0-9]"
syntax match lccArgument "\<\h\w*\ze\s*=[^=]"
syntax region lccString start=+"+ end=+"+ oneline
syntax region lccLabel matchgroup=lccLabel start=+@\s*"+ end=+"+ oneline contains=lccInterpolation
syntax match lccInterpolation "{[^}]*}" contained
syntax keyword lccTodo TODO FIXME contained
syntax match lccComment "#.*$" contains=lccTodo,@Spell

highlight default link lccItem Structure
highlight default link lccStatement Statement
highlight default link lccOperator Operator
highlight default link lccBoolean Boolean
highlight default link lccForm Conditional
highlight default link lccLayer Function
highlight default link lccActivation Type
highlight default link lccFunction Function
highlight default link lccWord Constant
highlight default link lccNumber Number
highlight default link lccArrow Operator
highlight default link lccArgument Identifier
highlight default link lccString String
highlight default link lccLabel Label
highlight default link lccInterpolation Special
highlight default link lccTodo Todo
highlight default link lccComment Comment

setlocal commentstring=#\ %s
let b:current_syntax = "lcc"
