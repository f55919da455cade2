#pragma once

// What admission reads of bodies that are not one JSON document: the fields of a form, the parts of
// a multipart body, the lines of a batch (NDJSON, also as a file in a part).

#include <cstddef>
#include <memory>
#include <string_view>

#include "filters/bodies/body_reader.h"
#include "policy/body_fields.h"

namespace sekisho::policy {

// Reads step by step. Pointers begin with the name of the field ("/model"), for documents inside
// with the line ("/file/3/body/model", "/3/model").
class BodyDocuments {
 public:
  // `text` must outlive the reader; kinds without fields give none.
  BodyDocuments(const filters::BodyType& type, std::string_view text);
  ~BodyDocuments();
  bool step(std::size_t bytes);  // true while there is more to read
  BodyFields take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// May a body that could not be read for this reason (BodyError) have named a model?
bool may_hold_fields(std::string_view unreadable);

}  // namespace sekisho::policy
