# The examples, on few data: what they say at the end, and the pictures they leave.
if(NOT TARGET example_convnet)
  return()
endif()
find_program(GNUPLOT gnuplot)
set(tables ${PROJECT_SOURCE_DIR}/data/tables)
function(keratin_example_test name picture out)
  if(NOT GNUPLOT)
    set(picture "")
  endif()
  keratin_app_test(example_${name} COMMAND ${CMAKE_COMMAND} -E env KERATIN_DATA=${CMAKE_CURRENT_BINARY_DIR}/examples_data
    $<TARGET_FILE:example_${name}> ${ARGN} OUT "${out}" FILES ${picture})
endfunction()

# Without Debian's package dataset-fashion-mnist, MNIST stands in: the files have the same names.
set(fashion /usr/share/datasets/fashion-mnist)
if(NOT EXISTS ${fashion})
  set(fashion ${PROJECT_SOURCE_DIR}/data/mnist)
endif()
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/examples_data)
file(CREATE_LINK ${fashion} ${CMAKE_CURRENT_BINARY_DIR}/examples_data/fashion-mnist SYMBOLIC)

keratin_example_test(convnet convnet.svg "\n[4-9][0-9][.][0-9]+ % of the test digits are read right[.]\n$" 1 2000)
keratin_example_test(denoise denoise.png "Noise leaves pictures at 6[.]0 dB, the autoencoder brings them to ([7-9]|1[0-9])[.][0-9] dB[.]\n$" 1 2000)
keratin_example_test(fashion fashion.svg "After 1 epochs the best weights tell [2-9][0-9][.][0-9] % of the test pictures right[.]\n$" 1 2000)
keratin_example_test(forecast forecast.svg "wrong by 1[0-9][.][0-9] sunspots on average; \"as the year before\" by 23[.]6, " ${tables}/sunspots.csv)
keratin_example_test(frost frost.svg "above a probability of 0[.]50: .*the frosts are found .AUC 0[.]9[5-9][0-9].[.]\n$" ${tables}/seattle_weather.csv)
keratin_example_test(gan gan.png "generator_loss: .*The discriminator takes [0-9]+ of 1000 drawn digits for real[.]\n$" 1 2000)
keratin_example_test(regression regression.svg "for 98 cars it has not seen: wrong by [12][.][0-9] miles per gallon on average, R2 0[.]8[0-9]+[.]\n$" ${tables}/cars.csv)
keratin_example_test(service service.svg "requests were answered while the model trained: .*; p50 [0-9]+ us, p99 [0-9]+ us[.]\n$" 2 20000)
keratin_example_test(stream stream.svg "A file of 1 MB was read in [0-9]+ MB of memory; predictions are wrong by 0[.][0-9]+, " 20000)
keratin_example_test(transfer transfer.svg "right from scratch\n.*right with a new head on what was learned of 0 to 4\n.*right after tuning all of that\n$" 4 10)
keratin_app_test(example_no_gnuplot COMMAND ${CMAKE_COMMAND} -E env PATH=/nowhere $<TARGET_FILE:example_forecast> ${tables}/sunspots.csv 1
  OUT "No picture: there is no gnuplot.\n$")

add_test(NAME examples_installed CONFIGURATIONS Slow COMMAND ${CMAKE_COMMAND} -DBUILD=${PROJECT_BINARY_DIR} -DSOURCE=${PROJECT_SOURCE_DIR}/apps/examples
  -DCOMPILER=${CMAKE_CXX_COMPILER} -DWORK=${CMAKE_CURRENT_BINARY_DIR}/examples_installed -DTABLE=${tables}/cars.csv
  -P ${CMAKE_CURRENT_SOURCE_DIR}/apps/examples_installed.cmake)
if(TEST examples_installed)
  set_tests_properties(examples_installed PROPERTIES LABELS "slow;consumers")
endif()
