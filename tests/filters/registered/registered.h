#pragma once

// Lists and documents of tests, built and opened in a folder of their own.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "filters/detector_set.h"
#include "filters/registered/dataset_builder.h"
#include "filters/registered/dataset_detector.h"
#include "filters/registered/document_builder.h"
#include "filters/registered/document_detector.h"
#include "filters/registered/keyed_table.h"

namespace sekisho::filters {

inline const HashKey kTestKey{0x0706050403020100ull, 0x0f0e0d0c0b0a0908ull, 0x123456789abcdefull};

// A folder that goes away with the test.
class Place {
 public:
  Place() {
    std::string name = std::filesystem::temp_directory_path() / "sekisho-table-XXXXXX";
    folder_ = mkdtemp(name.data()) ? name : "";
  }
  Place(const Place&) = delete;
  ~Place() { std::filesystem::remove_all(folder_); }
  const std::string& folder() const { return folder_; }
  std::string file(const std::string& name = "table.sks") const { return folder_ + "/" + name; }

  static std::string bytes_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  static void write(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }

 private:
  std::string folder_;
};

using Cells = std::vector<std::string>;

inline void add_row(DatasetBuilder& builder, const Cells& cells) {
  const std::vector<std::string_view> views(cells.begin(), cells.end());
  ASSERT_TRUE(builder.add_row(views)) << builder.error();
}

inline std::shared_ptr<const KeyedTable> open_table(const std::string& path,
                                                    const HashKey& key = kTestKey) {
  TableFault fault{};
  std::string why;
  auto table = KeyedTable::open(path, key, fault, why);
  EXPECT_TRUE(table) << why;
  return table;
}

inline std::shared_ptr<const DetectorSet> set_of(OtherDetector detector) {
  DetectorSpec spec;
  spec.others.push_back(std::move(detector));
  std::vector<DetectorProblem> problems;
  auto set = DetectorSet::compile(spec, problems);
  EXPECT_TRUE(problems.empty());
  return set;
}

// The rows of a list as a set of one detector, "dataset:people".
inline std::shared_ptr<const DetectorSet> list_set(const Place& place,
                                                   const std::vector<Cells>& rows,
                                                   DatasetSettings settings = {},
                                                   std::size_t memory = 1u << 20) {
  settings.type = "dataset:people";
  settings.category = "confidential";
  settings.columns = rows.empty() ? 1 : rows.front().size();
  DatasetBuilder builder(kTestKey, settings.columns, settings.at_least_columns, place.folder(),
                         memory);
  for (const Cells& row : rows) add_row(builder, row);
  EXPECT_TRUE(builder.finish(place.file(), {})) << builder.error();
  return set_of({std::make_shared<DatasetDetector>(settings, kTestKey, open_table(place.file())),
                 settings.type, settings.category, "dataset"});
}

// "dataset:designs" of texts.
inline std::shared_ptr<const DetectorSet> document_set(const Place& place,
                                                       const std::vector<std::string>& documents,
                                                       double similarity = 0.3) {
  DocumentBuilder builder(kTestKey, place.folder(), 1u << 20);
  for (const std::string& text : documents) EXPECT_TRUE(builder.add_document(text));
  EXPECT_TRUE(builder.finish(place.file(), {})) << builder.error();
  const DocumentSettings settings{"dataset:designs", "confidential", similarity};
  return set_of({std::make_shared<DocumentDetector>(settings, kTestKey, open_table(place.file())),
                 settings.type, settings.category, "dataset"});
}

}  // namespace sekisho::filters
