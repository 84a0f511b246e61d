# The program `keratin`: what each command prints, leaves, and says of wrong arguments and files. The
# losses, metrics and outputs were computed by Keras 3.15 for the same files.
if(NOT TARGET keratin_cli)
  return()
endif()
set(keratin $<TARGET_FILE:keratin_cli>)
set(apps ${CMAKE_CURRENT_SOURCE_DIR}/apps)
set(images ${CMAKE_CURRENT_SOURCE_DIR}/images)

# Exit code 2 for wrong arguments.
keratin_app_test(keratin_help COMMAND ${keratin} --help OUT "summary .*predict .*evaluate .*convert .*plot .*Exit codes: 0 done, 1 ")
keratin_app_test(keratin_version COMMAND ${keratin} --version OUT "^keratin: ${PROJECT_VERSION}\n.*\nSIMD: ")
keratin_app_test(keratin_no_command COMMAND ${keratin} EXIT 2
  ERR "keratin: got no command, wanted one of summary, predict, evaluate, convert, plot [(]see keratin --help[)]\n")
keratin_app_test(keratin_bad_command COMMAND ${keratin} sumary m.keras EXIT 2 ERR "keratin: got 'sumary', wanted one of summary, [^\n]*\n")
keratin_app_test(keratin_bad_option COMMAND ${keratin} predict --tops 3 m.keras x.csv EXIT 2
  ERR "keratin predict: The following argument was not expected: --tops [(]see keratin predict --help[)]\n")
keratin_app_test(keratin_predict_no_files COMMAND ${keratin} predict m.keras EXIT 2 ERR "keratin predict: files is required [^\n]*\n")
keratin_app_test(keratin_convert_bad_ending COMMAND ${keratin} convert m.keras m.pt EXIT 2
  ERR "keratin convert: to: 'm.pt' ends in none of .keras, .onnx, .safetensors, .weights.h5, .json [^\n]*\n")

# The options that each --help names are in the manual page, and are what the completion offers.
find_program(BASH bash)
if(BASH)
  add_test(NAME keratin_completion COMMAND ${BASH} ${apps}/completion.sh ${keratin} ${PROJECT_SOURCE_DIR}/apps/cli)
endif()

# The learning curves of a CSV file, with a gap.
keratin_app_test(keratin_plot COMMAND ${keratin} plot ${apps}/history.csv --output h.svg --title Digits FILES h.svg OUT "^h.svg: 3 epochs\n$")
keratin_app_test(keratin_plot_no_epoch COMMAND ${keratin} plot ${apps}/four.csv EXIT 1
  ERR "keratin plot: .table. [^\n]*four.csv: has no column 'epoch', its columns are 'a', 'b', 'c', 'd'\n")
keratin_app_test(keratin_plot_no_gnuplot COMMAND ${CMAKE_COMMAND} -E env PATH=/nowhere ${keratin} plot ${apps}/history.csv -o h.png EXIT 1
  ERR "keratin plot: .plot. there is no gnuplot to draw 'h.png': [^\n]*\n")

if(NOT KERATIN_HAS_KERAS_FILES)
  return()
endif()
set(files ${CMAKE_CURRENT_SOURCE_DIR}/keras_files/models)

keratin_app_test(keratin_summary COMMAND ${keratin} summary ${files}/nested.keras --expand-nested --show-trainable --line-length 80
  OUT "^Model: [^\n]*\n___________________________________________________________________________________________\n.*dense_11 [^\n]* N +.\n.*Total params: 69\nTrainable params: 29\n")
keratin_app_test(keratin_summary_no_model COMMAND ${keratin} summary /nowhere/m.keras EXIT 1
  ERR "keratin summary: .load_model. [^\n]*/nowhere/m.keras[^\n]*\n")

keratin_app_test(keratin_predict_csv COMMAND ${keratin} predict ${files}/sgd.keras ${apps}/four.csv --logits --classes no,yes
  OUT "four.csv.0.: no 0.6231, yes 0.3769\n[^\n]*.1.: no 0.5417, yes 0.4583\n$")
keratin_app_test(keratin_predict_sigmoid COMMAND ${keratin} predict ${files}/dense.keras ${apps}/six.csv --no-header
  OUT "six.csv: [01] 0[.][0-9]+, [01] 0[.][0-9]+\n$")
keratin_app_test(keratin_predict_outputs COMMAND ${keratin} predict ${files}/sgd.keras ${apps}/four.csv
  OUT "four.csv.0.: outputs 0.33517[0-9]*, -0.16759[0-9]*\n"
  ERR "keratin predict: some outputs are no probabilities: --logits makes them so, --raw prints numbers only\n")
keratin_app_test(keratin_predict_raw COMMAND ${keratin} predict ${files}/sgd.keras ${apps}/four.csv --raw
  OUT "^0.33517[0-9]*,-0.16759[0-9]*\n-0.29791[0-9]*,-0.46497[0-9]*\n$")
keratin_app_test(keratin_predict_no_picture COMMAND ${keratin} predict ${files}/dense.keras ${images}/dogs/colour.jpg EXIT 1
  ERR "keratin predict: [^\n]*colour.jpg: the model takes samples of shape .6,., which are no pictures\n")
keratin_app_test(keratin_predict_no_file COMMAND ${keratin} predict ${files}/sgd.keras /nowhere/x.csv EXIT 1
  ERR "keratin predict: [^\n]*/nowhere/x.csv[^\n]*\n")
keratin_app_test(keratin_predict_full_disk COMMAND sh -c "\"$@\" > /dev/full" sh ${keratin} predict ${files}/sgd.keras ${apps}/four.csv --raw
  EXIT 1 ERR "keratin predict: cannot write to stdout\n")

keratin_app_test(keratin_evaluate_csv COMMAND ${keratin} evaluate ${files}/sgd.keras ${apps}/targets.csv --target p,q OUT "^loss: 0.58944\n$")
keratin_app_test(keratin_evaluate_loss COMMAND ${keratin} evaluate ${files}/sgd.keras ${apps}/targets.csv --target p,q --loss mae --metrics mse
  OUT "^loss: 0.62625[0-9]*\nmse: 0.58944\n$")
keratin_app_test(keratin_evaluate_words COMMAND ${keratin} evaluate ${files}/dense.keras ${apps}/words.csv --no-header --classes no,yes
  OUT "^loss: 0.764602\nacc: 0.5\nauc: 1\nprecision: 0\nmae: 0.49561[0-9]*\n$")
keratin_app_test(keratin_evaluate_one_hot COMMAND ${keratin} evaluate ${files}/sgd.keras ${apps}/classes.csv --classes no,yes
  --loss categorical_crossentropy --metrics categorical_accuracy OUT "^loss: 5.9205[0-9]*\ncategorical_accuracy: 0.666667\n$")
keratin_app_test(keratin_evaluate_other_word COMMAND ${keratin} evaluate ${files}/sgd.keras ${apps}/classes.csv --classes no,maybe EXIT 1
  ERR "keratin evaluate: [^\n]*classes.csv: row 0, column 'y': 'yes' is none of --classes\n")
keratin_app_test(keratin_evaluate_no_labels COMMAND ${keratin} evaluate ${files}/sgd.keras x.npy EXIT 1
  ERR "keratin evaluate: x.npy: LABELS are missing, the file that belongs to it\n")
keratin_app_test(keratin_evaluate_metrics_alone COMMAND ${keratin} evaluate ${files}/sgd.keras ${apps}/targets.csv --metrics mse EXIT 2
  ERR "keratin evaluate: --metrics requires --loss [^\n]*\n")
keratin_app_test(keratin_evaluate_folder COMMAND ${keratin} evaluate ${files}/images.keras ${images} --divide 255 OUT "^loss: 1.1110[0-9]*\naccuracy: 0\n$")
if(NOT PNG_FOUND OR NOT JPEG_FOUND)
  set_tests_properties(keratin_evaluate_folder PROPERTIES DISABLED ON)
endif()

# There and back: a model, its weights in other files, and what it predicts then.
set(convert "$0 convert $1 m.safetensors && $0 convert $1 m.weights.h5 && $0 convert $1 m.json && $0 convert $1 m.onnx")
string(APPEND convert " && $0 convert $1 copy.keras && $0 convert copy.keras back.keras --weights m.safetensors --no-compile")
string(APPEND convert " && ls && $0 predict back.keras $2 --raw")
keratin_app_test(keratin_convert COMMAND sh -c "${convert}" ${keratin} ${files}/sgd.keras ${apps}/four.csv
  OUT "^back.keras\ncopy.keras\nm.json\nm.onnx\nm.safetensors\nm.weights.h5\n0.33517[0-9]*,-0.16759[0-9]*\n-0.29791[0-9]*,-0.46497[0-9]*\n$")
keratin_app_test(keratin_convert_onnx COMMAND sh -c "$0 convert $1 m.keras && $0 evaluate m.keras $2 --target p,q --loss mae" ${keratin}
  ${CMAKE_CURRENT_BINARY_DIR}/keratin_convert/m.onnx ${apps}/targets.csv OUT "^loss: 0.62625[0-9]*\n$")
keratin_app_test(keratin_convert_itself COMMAND ${keratin} convert ${files}/sgd.keras ${files}/../models/sgd.keras EXIT 1
  ERR "keratin convert: '[^\n]*sgd.keras' is both what is read and what is written\n")
keratin_app_test(keratin_convert_no_folder COMMAND ${keratin} convert ${files}/sgd.keras /nowhere/m.json EXIT 1
  ERR "keratin convert: cannot write '/nowhere/m.json': No such file or directory\n")
set_tests_properties(keratin_convert PROPERTIES FIXTURES_SETUP converted_model)
set_tests_properties(keratin_convert_onnx PROPERTIES FIXTURES_REQUIRED converted_model)
if(NOT KERATIN_HAS_ONNX)
  set_tests_properties(keratin_convert keratin_convert_onnx PROPERTIES DISABLED ON)
endif()

# A model that Ctrl-C interrupted is saved, and used by the next program.
set(model ${CMAKE_CURRENT_BINARY_DIR}/mnist_train_save/runs/m.keras)
set(digits ${PROJECT_SOURCE_DIR}/data/mnist/t10k-images-idx3-ubyte.gz)
set(labels ${PROJECT_SOURCE_DIR}/data/mnist/t10k-labels-idx1-ubyte.gz)
set(training "${PROJECT_SOURCE_DIR}/data/mnist/train-images-idx3-ubyte.gz ${PROJECT_SOURCE_DIR}/data/mnist/train-labels-idx1-ubyte.gz")
keratin_app_test(mnist_train_save COMMAND timeout --preserve-status -s INT 5 ${mnist} --epochs 1000000 --verbose 2 --save runs/m.keras
  FILES runs/m.keras OUT "Interrupted: stopped in epoch [^\n]*\nModel: saved to runs/m.keras\n$")
keratin_app_test(mnist_train_resume COMMAND timeout --preserve-status -s INT 5 ${mnist} --epochs 1000000 --verbose 2 --resume backup
  FILES backup/training_state.safetensors OUT "Interrupted: stopped in epoch [^\n]*\nRun again with --resume backup to go on.\n$")
keratin_app_test(keratin_predict_idx COMMAND ${keratin} predict ${model} ${digits} --rows 3 --top 2
  OUT "^[^\n]*gz.0.: 7 [01][.][0-9]+, [0-9] [0-9.]+\n[^\n]*gz.1.: 2 [^\n]*\n[^\n]*gz.2.: 1 [^\n]*\n$")
keratin_app_test(keratin_predict_picture COMMAND ${keratin} predict ${model} ${images}/cats/rgb.png --invert --top 1
  --classes zero,one,two,three,four,five,six,seven,eight,nine OUT "rgb.png: [a-z]+ [01][.][0-9]+\n$")
keratin_app_test(keratin_predict_bad_shape COMMAND ${keratin} predict ${model} ${CMAKE_CURRENT_SOURCE_DIR}/arrays/version1.npy EXIT 1
  ERR "keratin predict: [^\n]*version1.npy: has shape [^\n]*, the model takes samples of shape .28, 28.\n")
keratin_app_test(keratin_predict_bad_classes COMMAND ${keratin} predict ${model} ${digits} --classes cat,dog EXIT 1
  ERR "keratin predict: --classes names 2 classes, the model has 10\n")
keratin_app_test(keratin_evaluate_idx COMMAND ${keratin} evaluate ${model} ${digits} ${labels} OUT "^loss: [0-9.]+\nacc: 0.[89][0-9]+\n$")
# Progress is for terminals: `script` lends one, where there are pseudo-terminals.
find_program(SCRIPT script)
if(SCRIPT)
  execute_process(COMMAND ${SCRIPT} -qec true /dev/null RESULT_VARIABLE no_terminal OUTPUT_QUIET ERROR_QUIET)
endif()
if(SCRIPT AND NOT no_terminal)
  keratin_app_test(keratin_progress COMMAND ${SCRIPT} -qec "${keratin} evaluate ${model} ${training} --batch-size 1" /dev/null
    OUT "\r[0-9]+ of 60000 batches.*loss: ")
  set_tests_properties(keratin_progress PROPERTIES FIXTURES_REQUIRED saved_model)
endif()
set_tests_properties(mnist_train_save PROPERTIES FIXTURES_SETUP saved_model)
set_tests_properties(keratin_predict_idx keratin_predict_picture keratin_predict_bad_shape keratin_predict_bad_classes keratin_evaluate_idx
  PROPERTIES FIXTURES_REQUIRED saved_model)
if(NOT PNG_FOUND)
  set_tests_properties(keratin_predict_picture PROPERTIES DISABLED ON)
endif()
