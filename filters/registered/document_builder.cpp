#include "filters/registered/document_builder.h"

#include <algorithm>
#include <utility>

#include "filters/registered/table_writer.h"

namespace sekisho::filters {
namespace {

// A fingerprint of more documents, or at more places of one, points to none.
constexpr std::uint64_t kMostPlaces = 8;
constexpr std::size_t kMostlyBoilerplate = 7;  // units of a gram

// What everybody writes, so that a document that holds it is not found by it.
constexpr std::string_view kEverybodysText[] = {
    "いつもお世話になっております。株式会社の",
    "平素より格別のご高配を賜り、厚く御礼申し上げます。",
    "平素は格別のお引き立てを賜り厚く御礼申し上げます。",
    "拝啓 時下ますますご清栄のこととお慶び申し上げます。",
    "貴社ますますご清栄のこととお慶び申し上げます。",
    "お忙しいところ恐れ入りますが、何卒よろしくお願い申し上げます。",
    "お忙しいところ恐縮ですが、ご確認のほどよろしくお願いいたします。",
    "お手数をおかけいたしますが、よろしくお願いいたします。",
    "ご不明な点がございましたら、お気軽にお問い合わせください。",
    "ご不明な点などございましたら、ご連絡いただけますと幸いです。",
    "引き続きどうぞよろしくお願いいたします。",
    "今後ともどうぞよろしくお願い申し上げます。",
    "取り急ぎご連絡まで申し上げます。よろしくお願いいたします。",
    "このメールに心当たりのない場合は、お手数ですが削除してください。",
    "本契約に定めのない事項については、甲乙誠意をもって協議のうえ解決するものとする。",
    "本契約の成立を証するため、本書2通を作成し、甲乙記名押印のうえ各1通を保有する。",
    "Please do not hesitate to contact us if you have any questions or concerns about this.",
    "If you have any questions, please feel free to contact us at your earliest convenience.",
    "This email and any files transmitted with it are confidential and intended solely for the "
    "use of the individual or entity to whom they are addressed.",
    "If you are not the intended recipient, please notify the sender immediately and delete this "
    "message from your system.",
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this software "
    "and associated documentation files (the \"Software\"), to deal in the Software without "
    "restriction, including without limitation the rights to use, copy, modify, merge, publish, "
    "distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the "
    "Software is furnished to do so, subject to the following conditions:",
    "The above copyright notice and this permission notice shall be included in all copies or "
    "substantial portions of the Software.",
    "THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, "
    "INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR "
    "PURPOSE AND NONINFRINGEMENT.",
    "Licensed under the Apache License, Version 2.0 (the \"License\"); you may not use this file "
    "except in compliance with the License. You may obtain a copy of the License at "
    "http://www.apache.org/licenses/LICENSE-2.0 Unless required by applicable law or agreed to in "
    "writing, software distributed under the License is distributed on an \"AS IS\" BASIS, WITHOUT "
    "WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the "
    "specific language governing permissions and limitations under the License.",
    "Redistribution and use in source and binary forms, with or without modification, are "
    "permitted provided that the following conditions are met:",
};

std::vector<std::uint64_t> stop_grams(const HashKey& key) {
  std::vector<std::uint64_t> out;
  TextUnits units(key);
  for (const std::string_view text : kEverybodysText) {
    units.read(text);
    for (std::size_t i = 0; i < units.size(); ++i)
      if (units.has_gram(i)) out.push_back(units.gram(i));
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

DocumentBuilder::DocumentBuilder(const HashKey& key, std::string directory, std::size_t memory)
    : key_(key),
      directory_(std::move(directory)),
      memory_(memory),
      units_(key),
      grams_(directory_, memory),
      stop_(stop_grams(key)) {}

// Of each unit: how many before it everybody writes. Sentences of that kind stand one behind the
// other, so that it is units that count, not grams.
std::vector<std::size_t> DocumentBuilder::boilerplate() const {
  std::vector<std::size_t> out(units_.size() + 1);
  std::size_t until = 0;
  for (std::size_t i = 0; i < units_.size(); ++i) {
    if (units_.has_gram(i) && std::binary_search(stop_.begin(), stop_.end(), units_.gram(i)))
      until = i + kGramUnits;
    out[i + 1] = out[i] + (i < until ? 1 : 0);
  }
  return out;
}

bool DocumentBuilder::add_document(std::string_view text) {
  if (report_.documents + 1 >= kMostDocuments) {
    error_ = "more documents than one dataset holds";
    return false;
  }
  units_.read(text);
  const std::vector<Fingerprint> fingerprints = winnow(units_);
  const std::vector<std::size_t> covered = boilerplate();
  for (const Fingerprint& f : fingerprints) {
    if (covered[f.unit + kGramUnits] - covered[f.unit] >= kMostlyBoilerplate) {
      ++report_.common;
    } else if (!grams_.add(
                   {f.hash, document_payload(report_.documents,
                                             std::min<std::uint64_t>(f.unit, kMostUnits - 1))})) {
      error_ = grams_.error();
      return false;
    }
  }
  if (fingerprints.empty()) ++report_.too_short;
  ++report_.documents;
  return true;
}

bool DocumentBuilder::settle(RecordSorter& settled) {
  std::vector<KeyedRecord> places;
  std::uint64_t count = 0;
  const auto end_gram = [&] {
    bool ok = true;
    if (count > kMostPlaces)
      report_.common += count;
    else
      for (const KeyedRecord& r : places) ok = ok && settled.add(r);
    places.clear();
    count = 0;
    return ok;
  };
  for (KeyedRecord record; grams_.next(record);) {
    if (!places.empty() && places.front().hash != record.hash && !end_gram()) return false;
    if (++count <= kMostPlaces || places.empty()) places.push_back(record);
  }
  return end_gram() && grams_.error().empty();
}

bool DocumentBuilder::finish(const std::string& path, TableFacts facts) {
  RecordSorter settled(directory_, memory_);
  if (!grams_.finish() || !settle(settled) || !settled.finish()) {
    error_ = grams_.error().empty() ? settled.error() : grams_.error();
    return false;
  }
  grams_.release();
  facts.kind = TableKind::kDocuments;
  facts.rows = report_.documents;
  facts.entries = report_.fingerprints = settled.size();
  TableWriter writer(path, key_, facts, {}, 1, kDocumentPayloadBytes);
  for (KeyedRecord record; settled.next(record);)
    if (!writer.add(record)) break;
  if (settled.error().empty() && writer.commit()) return true;
  error_ = settled.error().empty() ? writer.error() : settled.error();
  return false;
}

}  // namespace sekisho::filters
