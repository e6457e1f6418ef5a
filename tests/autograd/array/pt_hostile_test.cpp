// The verdict on each file of tests/golden/hostile/pt/, which make_hostile_pt.py makes: what the error says of it, or that it loads. A file
// without a verdict fails. Nothing is run, and nothing takes more memory than some 60 times the file.
#include <gradus/autograd/array/formats/pt.h>

#include <filesystem>
#include <map>
#include <string>

#include <gmock/gmock.h>

namespace gradus::pt_hostile_test {

const std::map<std::string, std::string>& verdicts() {
  static const std::map<std::string, std::string> all{
    {"2^40_times_one_element", "a tensor of 1099511627776 elements that are 4 repeated,"},
    {"a_call_of_a_list", "a call of a list"},
    {"a_call_of_a_storage_class", "a call of a class that PyTorch only names"},
    {"a_call_without_a_tuple", "a call with a list in the place of arguments"},
    {"a_class_as_a_value", "a class or function in the place of a value"},
    {"a_class_of_a_script", "__main__.Net"},
    {"a_count_that_lies", "storage \"0\" has 5 elements"},
    {"a_dict_in_itself", "a dict that contains itself"},
    {"a_frame_of_2^63", "truncated: a frame of 9223372036854775807 bytes where 0 are left,"},
    {"a_key_that_is_a_list", "a list as a key of a dict"},
    {"a_key_too_many", "no tensor has storage \"1\", whose key stands"},
    {"a_key_twice", "storage \"0\" stands there a second time,"},
    {"a_list_in_itself", "a list that contains itself"},
    {"a_long_int", "truncated: 2147483647 bytes wanted where 0 are left,"},
    {"a_long_text", "truncated: 4294967295 bytes wanted where 2 are left,"},
    {"a_module_by_id", "a whole model, whose classes gradus does not run; have Python save its state_dict instead:"},
    {"a_name_with_dots", "torch.serialization.os.system"},
    {"a_name_without_an_end", "a name of more than 1024 bytes"},
    {"a_negative_storage", "a storage's size must be an int of at least 0, not -1,"},
    {"a_pickle_alone", "a pickle that torch.save did not write: its magic number is another"},
    {"a_ring", "a list that contains itself"},
    {"a_small_magic_number", "a pickle that torch.save did not write: its magic number is another"},
    {"a_storage_as_a_value", "a storage in the place of a value"},
    {"a_storage_of_2^62", "a storage of 4611686018427387904 elements"},
    {"a_tensor_beyond_its_view", "a tensor of shape [3], strides [1] and offset 0 reaches beyond its storage of 2 elements,"},
    {"a_tensor_of_a_list", "a tensor of a list in the place of a storage"},
    {"a_text_of_2^64", "truncated: 18446744073709551615 bytes wanted where 2 are left,"},
    {"a_view_beyond", "a view of 3 elements from 2 on of a storage of 4"},
    {"an_OrderedDict_of_numbers", "an OrderedDict of what is no pairs"},
    {"an_OrderedDict_whose_attributes_are_itself", "a dict that contains itself"},
    {"an_empty_one_beyond", "a tensor of shape [0], strides [1] and offset 5 reaches beyond its storage of 4 elements,"},
    {"an_int_of_2^70", "an int of 9 bytes, beyond the range of an i64,"},
    {"an_unknown_instruction", "no pickle has an instruction 255;"},
    {"another_codec", "bytes with other arguments than PyTorch writes"},
    {"another_id", "a persistent id of the kind \"file\", not \"storage\","},
    {"another_magic_number", "a pickle that torch.save did not write: its magic number is another"},
    {"another_version", "a legacy layout of another version than 1001, the only one that there is"},
    {"append_to_a_dict", "items are added to a dict, not to a list,"},
    {"attributes_of_a_class", "attributes are given to a class or function, which has none,"},
    {"attributes_of_a_list", "attributes are given to a list, which has none,"},
    {"below_a_mark", "an instruction finds nothing on the stack"},
    {"bytes_beyond_Latin-1", "bytes written as letters that Latin-1 has not"},
    {"bytes_of_one_text", "parts are shared so often that they are more than the file can hold"},
    {"complex", "gradus has no dtype for complex64: a tensor of it"},
    {"conjugate", "a tensor whose elements are to be conjugated or negated"},
    {"deep", "values stand in each other more than 256 deep"},
    {"doubling", "more than 4000000 values, counted as often as they are referred to"},
    {"empty", "truncated: an empty file"},
    {"eval", "builtins.eval at byte 27 of the file: a pickle may call anything; gradus runs nothing"},
    {"eval_of_Python_2", "builtins.eval at byte 27 of the file: a pickle may call anything; gradus runs nothing"},
    {"exec_by_name_on_the_stack", "builtins.exec at byte 49 of the file: a pickle may call anything; gradus runs nothing"},
    {"extension", "EXT1"},
    {"fine_NumPy_scalars", "loads 3"},
    {"fine_Python_2's_OrderedDict", "loads dict of 1"},
    {"fine_an_empty_tensor_at_the_end", "loads tensor [0] float32"},
    {"fine_overlapping_windows", "loads tensor [3, 2] float32"},
    {"fine_zip", "loads tensor [4] float32"},
    {"getattr", "builtins.getattr at byte 27 of the file: a pickle may call anything; gradus runs nothing"},
    {"import", "importlib.import_module at byte 27 of the file: a pickle may call anything; gradus runs nothing"},
    {"inst", "INST"},
    {"memo_empty", "number 5 of the memo, which is empty,"},
    {"memo_far", "number 4294967295 of the memo of a pickle of 40 bytes"},
    {"missing_elements", "truncated: storage \"0\", 16 bytes after their count"},
    {"negative_offset", "a tensor's offset must be an int of at least 0, not -1,"},
    {"negative_size", "a tensor's size must be an int of at least 0, not -4,"},
    {"negative_strides", "a tensor's stride must be an int of at least 0, not -1,"},
    {"newobj", "NEWOBJ"},
    {"newobj_ex", "NEWOBJ_EX"},
    {"nine_dimensions", "a tensor of 9 dimensions, where gradus has at most 8,"},
    {"no_keys", "storage \"0\" is missing: it is not among the keys"},
    {"no_mark", "an instruction finds no mark on the stack"},
    {"no_such_key", "no tensor has storage \"1\", whose key stands"},
    {"not_UTF-8", "a str that is not valid UTF-8"},
    {"not_a_pickle", "neither a zip archive nor a pickle; did torch.save write it?"},
    {"nothing_on_the_stack", "an instruction finds nothing on the stack"},
    {"numpy_load", "numpy.load at byte 27 of the file: a pickle may call anything; gradus runs nothing"},
    {"obj", "OBJ"},
    {"odd_items", "a dict's keys and values are 3, an odd number,"},
    {"offset", "a tensor of shape [4], strides [1] and offset 1 reaches beyond its storage of 4 elements,"},
    {"offset_of_2^62", "a tensor of shape [4], strides [1] and offset 4611686018427387904 reaches beyond its storage"},
    {"persistent_id", "PERSID"},
    {"pop", "POP"},
    {"protocol_0", "INT"},
    {"protocol_6", "protocol 6 of pickles; gradus reads 2 to 5;"},
    {"quantized", "gradus has no dtype for qint8: a tensor of it"},
    {"sets_of_one_list", "parts are shared so often that they are more than the file can hold"},
    {"sizes_that_overflow", "a tensor of shape [4294967296, 4294967296], strides [0, 0] and offset 0 reaches beyond its"},
    {"sizes_that_overflow_beside_a_zero", "a tensor of shape [0, 1099511627776, 1099511627776], strides [0, 0, 0] and offset 0 reaches"},
    {"strides", "a tensor of shape [2, 2], strides [3, 1] and offset 0 reaches beyond its storage of 4 elements,"},
    {"strides_that_overflow", "a tensor of shape [4294967296, 2], strides [4294967296, 1] and offset 0 reaches beyond its"},
    {"system", "posix.system at byte 27 of the file: a pickle may call anything; gradus runs nothing"},
    {"system_in_a_zip", "posix.system at byte 2 of data.pkl: a pickle may call anything; gradus runs nothing"},
    {"tar", "a tar archive, the layout of PyTorch 0.1, which gradus does not read"},
    {"torch.load", "torch.load"},
    {"two_dtypes_of_one_storage", "storage \"0\" has 32 bytes and elsewhere 16,"},
    {"two_sizes_of_one_storage", "storage \"0\" has 20 bytes and elsewhere 16,"},
    {"two_strides", "a tensor of 1 sizes and 2 strides"},
    {"two_values", "the pickle leaves 1 more values behind than the one that it is of"},
    {"zip_TorchScript", "a TorchScript archive, which holds programs; have Python save the state_dict instead"},
    {"zip_a_pickle_that_inflates", "entry 'a/data.pkl': 3000002 bytes, more than 162944"},
    {"zip_byteorder", "byteorder is \"middle\", not little or big"},
    {"zip_more_than_a_pickle", "4 bytes after the end of data.pkl's pickle"},
    {"zip_no_pickle", "a zip archive without a data.pkl, which torch.save would have written; is this an npz file?"},
    {"zip_storage_long", "storage \"0\" has 17 bytes in the archive but 16 in data.pkl"},
    {"zip_storage_missing", "storage \"0\" is missing: there is no \"a/data/0\""},
    {"zip_storage_short", "storage \"0\" has 15 bytes in the archive but 16 in data.pkl"},
    {"zip_two_pickles", "two pickles, in a/ and b/data.pkl"},
    {"zip_version", "version \"11\" of the layout; gradus knows 1 to 10"},
  };
  return all;
}

std::string verdict_on(const std::filesystem::path& file) {
  try {
    const PtValue value = load_pt(file);
    value.arrays();
    return "loads " + value.written();
  } catch (const FileError& e) {
    return e.what();
  } catch (const ValueError& e) {   // of arrays(): names
    return e.what();
  }
}

TEST(PtHostile, EachFileHasItsVerdict) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GRADUS_GOLDEN "/hostile/pt")) {
    const std::string name = entry.path().stem().string();
    ++files;
    ASSERT_TRUE(verdicts().contains(name)) << name << " has no verdict: " << verdict_on(entry.path());
    EXPECT_THAT(verdict_on(entry.path()), testing::HasSubstr(verdicts().at(name))) << name;
  }
  EXPECT_EQ(files, verdicts().size());
}

}  // namespace gradus::pt_hostile_test
