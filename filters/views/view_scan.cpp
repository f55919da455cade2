#include "filters/views/view_scan.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "filters/char_set.h"
#include "filters/detector_set.h"
#include "filters/scanner.h"
#include "filters/views/blob_chars.h"
#include "filters/views/blobs.h"
#include "filters/views/char_codes.h"
#include "filters/views/cut_escapes.h"
#include "filters/views/escapes.h"
#include "filters/views/hex_dumps.h"
#include "filters/views/hidden_text.h"
#include "filters/views/kanji_digits.h"
#include "filters/views/known_values.h"
#include "filters/views/letter_digits.h"
#include "filters/views/literal_joins.h"
#include "filters/views/long_blob.h"
#include "filters/views/marks_within.h"
#include "filters/views/message_borders.h"
#include "filters/views/named_encoding.h"
#include "filters/views/normaliser.h"
#include "filters/views/pieces.h"
#include "filters/views/places.h"
#include "filters/views/pulled_apart.h"
#include "filters/views/spoken_digits.h"
#include "filters/views/survey.h"
#include "filters/views/turned_labels.h"
#include "filters/views/turned_values.h"
#include "filters/views/variable_joins.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {
namespace {

// What a view must see around the fresh part of a window.
constexpr std::size_t kViewReach = 8u << 10;
// Views within views, encodings or not.
constexpr int kMostViews = 8;
// A word that was patched tells what a value near it is.
constexpr std::size_t kContextBefore = 130, kContextAfter = 45;
// Within a view only what touches its patches, so near, is new.
constexpr std::size_t kTouching = 24;
// A patch farther from the fresh part is none of its findings' own: it is done where a view is
// made, but asks for none. What begins there is found in the window it is fresh in.
constexpr std::size_t kFarFromFresh = 2u << 10;
// What a value must be worth where ordinary text looks pulled apart too; and one that is told.
constexpr double kProven = 0.85, kLikely = 0.60;

// Ways to read a text, in the order in which one may follow another within a view.
enum Family : int {
  kOdd,
  kKanji,
  kCut,
  kEscapes,
  kLiterals,
  kCodes,
  kSpaced,
  kGroups,
  kLines,
  kBlobs
};

// Encodings say something new: anything may follow.
bool is_encoding(Family family) {
  return family == kEscapes || family == kCodes || family == kBlobs;
}

// What chance makes of pieces that do not belong together.
bool is_weak(std::string_view type) {
  return type == "generic_secret_high_entropy" || type == "password_assignment" ||
         type == "ip_address_private" || type == "person_name_ja";
}

bool knows_hidden_text(const DetectorSet& set) {
  return std::any_of(set.types().begin(), set.types().end(),
                     [](const TypeInfo& t) { return t.type == kHiddenTextType; });
}

}  // namespace

bool ViewBudget::take(std::size_t bytes) {
  used_ += bytes;
  return used_ <= given_;
}

bool ViewBudget::inflate(std::size_t bytes) {
  inflated_ += bytes;
  given_ += kFactor * bytes;  // what comes out may be looked at as if it had been sent
  return inflated_ <= kInflated;
}

struct ViewScan::Impl {
  Impl(const DetectorSet& set_given, int layers_given, int views_given, ViewBudget* budget_given)
      : set(set_given),
        layers(layers_given),
        views(views_given),
        budget(budget_given != nullptr ? budget_given : &own_budget),
        tells_hidden(knows_hidden_text(set_given)) {}

  // A piece of the text with what it may be looked at for.
  struct Scene {
    std::string_view text;
    std::size_t offset = 0;
    Range fresh;  // in `text`
  };

  bool allowed(Family family) const {
    // Letters that look alike are told by those beside them, which another piece may hold.
    if (family == kOdd && focus.after >= kLiterals) return true;
    return focus.view == nullptr || family > focus.after;
  }
  bool in_focus(const Scene& scene, Range r) const;
  static bool near_fresh(const Scene& scene, Range r) {
    return r.end + kFarFromFresh >= scene.fresh.begin && r.begin < scene.fresh.end + kFarFromFresh;
  }
  // A dump of bytes in the text at hand, and what its digits say.
  struct Dump {
    Range raw;
    std::string text;
  };
  const Dump* dump_around(Range r) const;
  bool stands_in_known(const Scene& scene, Range r, const Findings& known) const;
  bool said_by_dump(const Scene& scene, Range r) const;
  void see(const Scene& scene, Findings& out);
  Carried normalise_stretch(const Scene& scene, Range stretch, Invisible invisible);
  void see_odd(const Scene& scene, Findings& out);
  void see_pulled_apart(const Scene& scene, Findings& out);
  void see_blobs(const Scene& scene, Findings& out);
  void see_even_groups(const Scene& scene);
  void see_blob_run(const Scene& scene, std::size_t begin, std::size_t& end);
  bool see_groups_of_run(const Scene& scene, std::size_t begin);
  void go_on_with_blob(const Scene& scene, Findings& out);
  void show(const Scene& scene, Patches& with, Family family, bool doubtful, Findings& out);
  void look(const Scene& scene, Family family, bool doubtful, Findings& out);
  Scanner& inner(bool encoding);
  Scanner* long_scanner();

  const DetectorSet& set;
  const int layers, views;
  ViewBudget own_budget;
  ViewBudget* const budget;
  const bool tells_hidden;
  bool failed = false;
  ViewFocus focus;

  Survey survey;
  HiddenText hidden;
  Patches patches, doubtful;
  ViewText view;
  Findings found;
  Places places;                         // of what was found in the window
  std::unique_ptr<Scanner> inside[2];    // of a view; of something decoded
  std::unique_ptr<Scanner> inside_long;  // of an encoding longer than a window
  std::vector<Dump> dumps;               // in order
  std::optional<LongBlob> long_blob;
  std::size_t blob_line = 0;    // characters of its line so far
  std::size_t blobs_until = 0;  // encodings that begin before are done
  struct {
    std::size_t patched = 0, read = 0;
  } groups;  // up to where, in the text at hand
};

Scanner& ViewScan::Impl::inner(bool encoding) {
  auto& scanner = inside[encoding ? 1 : 0];
  if (scanner == nullptr)
    scanner = std::make_unique<Scanner>(set, layers + (encoding ? 1 : 0), views + 1, *budget);
  return *scanner;
}

Scanner* ViewScan::Impl::long_scanner() {
  if (layers >= kMostLayers) return nullptr;
  if (inside_long == nullptr)
    inside_long = std::make_unique<Scanner>(set, layers + 1, views + 1, *budget);
  return inside_long.get();
}

bool ViewScan::Impl::in_focus(const Scene& scene, Range r) const {
  if (focus.view == nullptr) return true;
  const std::size_t begin = scene.offset + r.begin;
  return focus.view->patched(
      {begin > kTouching ? begin - kTouching : 0, scene.offset + r.end + kTouching});
}

const ViewScan::Impl::Dump* ViewScan::Impl::dump_around(Range r) const {
  const auto behind =
      std::upper_bound(dumps.begin(), dumps.end(), r.begin,
                       [](std::size_t at, const Dump& dump) { return at < dump.raw.begin; });
  if (behind == dumps.begin() || r.end > std::prev(behind)->raw.end) return nullptr;
  return &*std::prev(behind);
}

// The characters beside the digits of a dump, when these say the same: a column of others hides
// nothing.
bool ViewScan::Impl::said_by_dump(const Scene& scene, Range r) const {
  const Dump* const dump = dump_around(r);
  return dump != nullptr &&
         dump->text.find(scene.text.substr(r.begin, r.size())) != dump->text.npos;
}

// Whether a detector read the text itself, and is sure, where the gap of a number stands: another
// grouping of the same digits says no more. `places` are of what was found.
bool ViewScan::Impl::stands_in_known(const Scene& scene, Range r, const Findings& known) const {
  const Range gap{scene.offset + r.begin, scene.offset + r.end};
  return places.any(known, gap, [&](const Finding& f) {
    return f.confidence >= kProven && is_number_around(f, gap) && !set.is_custom(f.type);
  });
}

// Runs the detectors over `view`.
void ViewScan::Impl::look(const Scene& scene, Family family, bool unsure, Findings& out) {
  if (view.text().empty()) return;
  if (!budget->take(view.text().size())) {
    failed = true;
    return;
  }
  found.clear();
  const ViewFocus inside_focus{&view, is_encoding(family) ? -1 : family};
  if (inner(is_encoding(family)).scan(view.text(), found, inside_focus) ==
      ScanStatus::kCouldNotDecide)
    failed = true;
  const std::size_t before = out.size();
  places.learn(out, before);
  for (Finding& finding : found) {
    const Range r = finding.range;
    if (r.size() == 0) continue;
    const Range near{r.begin > kContextBefore ? r.begin - kContextBefore : 0,
                     r.end + kContextAfter};
    if (!view.patched(near)) continue;
    // An encoding tells its name with it, in its own text.
    const bool named = finding.type == "password_assignment" && (finding.undone & kWrapped) != 0;
    if (unsure && !named && (finding.confidence < kProven || is_weak(finding.type)) &&
        !(finding.category == "secret" && !is_weak(finding.type)))
      continue;
    Range raw = view.raw_of(r);
    // What chance makes of a token: the word that makes it a password stands before the token.
    const bool first =
        family == kBlobs && !named && (r.begin == 0 || view.raw_of({r.begin - 1, r.begin}) != raw);
    if (first && is_weak(finding.type) && !view.patch_at(r.begin).says_only_text() &&
        !is_named_encoding(scene.text.substr(raw.begin, raw.size())))
      continue;
    if (family == kLiterals && view.patched(r)) raw = with_quotes(scene.text, raw);
    if (raw.begin < scene.fresh.begin || raw.begin >= scene.fresh.end) continue;
    finding.range = {scene.offset + raw.begin, scene.offset + raw.end};
    finding.undone |= view.undone_in(r);
    const std::string_view shown = std::string_view(view.text()).substr(r.begin, r.size());
    const bool known = places.any(out, finding.range, [&](const Finding& f) {
      if (tells_the_same(f, finding)) return true;
      if (is_cell_of(scene.text, scene.offset, f.range, finding.range) && f.type == finding.type)
        return true;
      if (family != kLines) return false;
      // What was not pulled apart itself and is told already gains nothing from lines put together.
      if (!view.patched(r)) return f.confidence >= kLikely;
      return f.type == finding.type && f.confidence >= std::min(finding.confidence, kLikely) &&
             !goes_on(f.range, finding.range, shown);
    });
    if (!known) out.push_back(std::move(finding));
  }
}

// Views of the stretches that `with` asks for.
void ViewScan::Impl::show(const Scene& scene, Patches& with, Family family, bool unsure,
                          Findings& out) {
  with.settle();
  const bool regroups = family == kGroups && unsure;
  if (regroups) places.learn(out, out.size());
  with.quieten([&](Range r) {
    return !near_fresh(scene, r) || !in_focus(scene, r) ||
           (regroups && stands_in_known(scene, r, out)) ||
           (family == kBlobs && said_by_dump(scene, r)) ||
           (family > kCodes && family != kBlobs && dump_around(r) != nullptr);
  });
  if (!with.ask()) return;
  if (is_encoding(family) && layers >= kMostLayers) {
    failed = true;
    return;
  }
  std::size_t from = 0;
  for (const Range& stretch : stretches_of(scene.text, with)) {
    while (from < with.items().size() && with.items()[from].raw.begin < stretch.begin) ++from;
    build_view(scene.text, stretch, with, from, view);
    look(scene, family, unsure, out);
  }
}

// Makes the view of a stretch without what disguises it.
Carried ViewScan::Impl::normalise_stretch(const Scene& scene, Range stretch, Invisible invisible) {
  patches.clear();
  const Carried carries = normalise(scene.text, stretch, invisible, patches);
  std::size_t from = 0;
  build_view(scene.text, stretch, patches, from, view);
  return carries;
}

void ViewScan::Impl::see_odd(const Scene& scene, Findings& out) {
  std::vector<Range> marks;
  for (const Range& odd : survey.odd())
    if (near_fresh(scene, odd) && in_focus(scene, odd)) marks.push_back(odd);
  std::size_t keys_end = 0;  // of the last stretch that was made longer
  for (const Range& stretch : stretches_around(scene.text, marks)) {
    if (stretch.end <= keys_end) continue;
    for (const Invisible invisible : {Invisible::kDropped, Invisible::kRead, Invisible::kWithin}) {
      const Carried carries = normalise_stretch(scene, stretch, invisible);
      // The first line of a key in disguise, the rest of it perhaps in none.
      const std::string_view raw = scene.text.substr(stretch.begin, stretch.size());
      const Range longer = over_key_body(scene.text, stretch, view.text());
      if (longer.end > stretch.end && over_key_body(scene.text, stretch, raw).end == stretch.end) {
        normalise_stretch(scene, longer, invisible);
        keys_end = longer.end;
      }
      look(scene, kOdd, false, out);
      if (carries == Carried::kNothing ||
          (invisible == Invisible::kRead && carries == Carried::kText))
        break;
    }
  }
}

void ViewScan::Impl::see_pulled_apart(const Scene& scene, Findings& out) {
  using Finder = void (*)(std::string_view, const Survey&, Range, PulledApart);
  struct Step {
    Family family;
    std::uint16_t flags;
    Finder find;
  };
  static constexpr Step kSteps[] = {{kSpaced, kSingles, find_spaced},
                                    {kGroups, kManyDigits, find_number_groups},
                                    {kLines, kLineEnd, find_broken_lines},
                                    {kLines, kCells | kLineEnd | kEscape, find_token_cells},
                                    {kLines, kEvenPieces, find_even_pieces},
                                    {kLines, kLongRun | kManyDigits, find_told_parts},
                                    {kLines, kQuotes | kLineEnd, find_message_borders}};
  for (const Step& step : kSteps) {
    if ((survey.any() & step.flags) == 0 || !allowed(step.family)) continue;
    patches.clear();
    doubtful.clear();
    patches.undo(kJoined);
    doubtful.undo(kJoined);
    survey.for_ranges(step.flags, [&](Range where) {
      step.find(scene.text, survey, where, {patches, doubtful});
    });
    show(scene, patches, step.family, false, out);
    show(scene, doubtful, step.family, true, out);
  }
}

// A run of characters of an encoding that begins in the fresh part.
void ViewScan::Impl::see_blob_run(const Scene& scene, std::size_t begin, std::size_t& end) {
  // "\nQUtJ…" in a string of another text, "\x414b…".
  static constexpr CharSet kEscaped{"ntrx"};
  const bool escaped =
      begin > 0 && scene.text[begin - 1] == '\\' && kEscaped.has(scene.text[begin]);
  if (escaped) ++begin;
  BlobRun run = read_blob_run(scene.text, begin);
  if (escaped) run.range.begin -= 2;
  end = std::max(run.range.end, begin + 1);
  if (begin < scene.fresh.begin || begin >= scene.fresh.end || scene.offset + begin < blobs_until)
    return;
  const Range first = run.segments.size() > 1 ? run.segments.front() : run.range;
  if (ends_cell_line(scene.text, first.end) && said_by_dump(scene, first)) {
    end = std::max(first.end, begin + 1);
    return;
  }
  // It goes on beyond what is at hand, which is no less than the reach.
  const bool open =
      run.range.end == scene.text.size() && scene.text.size() >= scene.fresh.end + kViewReach;
  if (open) {
    std::string characters;
    for (const Range& line : run.segments) {
      characters += scene.text.substr(line.begin, line.size());
      if (characters.size() >= kViewReach) break;
    }
    long_blob.emplace(scene.offset + begin, characters, long_scanner(), *budget);
    blobs_until = scene.offset + begin;
    blob_line = 0;
    return;
  }
  bool over = false;
  if (run.segments.size() == 1) over = !see_groups_of_run(scene, begin);
  patch_blob(scene.text, run, *budget, over, patches);
  failed |= over;
  blobs_until = scene.offset + run.range.end;
}

// The same where groups of such runs follow each other. False: the budget is spent.
bool ViewScan::Impl::see_groups_of_run(const Scene& scene, std::size_t begin) {
  if (begin < groups.patched || !may_begin_even_groups(scene.text, begin)) return true;
  // From one group further on all are read once more.
  if (begin < groups.read && !budget->take(groups.read - begin)) return false;
  bool over = false;
  const std::size_t before = patches.items().size();
  const std::size_t end = patch_even_groups(scene.text, begin, *budget, over, patches);
  groups.read = std::max(groups.read, end);
  if (patches.items().size() > before) groups.patched = end;
  return !over;
}

// Feeds the long encoding with its characters up to the end of the fresh part.
void ViewScan::Impl::go_on_with_blob(const Scene& scene, Findings& out) {
  std::size_t pos = std::max(blobs_until - scene.offset, scene.fresh.begin);
  const std::size_t stop = scene.fresh.end;
  bool ended = false;
  while (pos < stop && !ended) {
    const std::size_t line = pos;
    pos = blob_run_end(scene.text.substr(0, stop), pos);
    long_blob->push(scene.text.substr(line, pos - line));
    blob_line += pos - line;
    if (pos == stop) break;
    const std::size_t next = next_blob_line(scene.text, pos, blob_line);
    ended = next == pos;
    if (!ended) {
      pos = next;
      blob_line = 0;
    }
  }
  if (ended) {
    while (pos < scene.text.size() && scene.text[pos] == '=') ++pos;
    if (long_blob->finish(scene.offset + pos, out) == ScanStatus::kCouldNotDecide) failed = true;
    long_blob.reset();
  }
  blobs_until = scene.offset + pos;
}

// Encodings cut into short groups.
void ViewScan::Impl::see_even_groups(const Scene& scene) {
  std::size_t done = 0;  // what a run of groups covers, in ranges behind too
  survey.for_ranges(kEvenGroups, [&](Range where) {
    survey.each(std::max(done, where.begin), where.end, kEvenGroupStarts, [&](std::size_t at) {
      done = at + 1;
      if (at < scene.fresh.begin || at >= scene.fresh.end) return done;
      bool over = false;
      done = std::max(done, patch_even_groups(scene.text, at, *budget, over, patches));
      failed |= over;
      return done;
    });
  });
}

void ViewScan::Impl::see_blobs(const Scene& scene, Findings& out) {
  if (long_blob) go_on_with_blob(scene, out);
  patches.clear();
  groups = {};
  if (!long_blob && (survey.any() & kLongRun) && allowed(kBlobs)) {
    std::size_t at = 0;
    survey.for_ranges(kLongRun, [&](Range where) {
      if (long_blob) return;
      survey.each(std::max(at, where.begin), where.end, kLongRunStarts, [&](std::size_t begin) {
        see_blob_run(scene, begin, at);
        return long_blob ? where.end : at;
      });
    });
  }
  if (!long_blob && (survey.any() & kEvenGroups) && allowed(kBlobs)) see_even_groups(scene);
  show(scene, patches, kBlobs, false, out);
  if (long_blob && blobs_until <= scene.offset + scene.fresh.end) go_on_with_blob(scene, out);
}

void ViewScan::Impl::see(const Scene& scene, Findings& out) {
  const std::uint16_t any = survey.any();
  dumps.clear();
  if ((any & kOddCharacter) && allowed(kOdd)) see_odd(scene, out);
  using Finder = void (*)(std::string_view, const Survey&, Range, Patches&);
  struct Step {
    Family family;
    std::uint16_t flags;
    Finder find;
    bool doubtful = false;
  };
  static constexpr Step kSteps[] = {{kKanji, kSpoken, find_spoken_digits},
                                    {kKanji, kKanjiDigits, find_kanji_numbers},
                                    {kKanji, kKanjiDigits, find_kanji_groups, true},
                                    {kKanji, kFigures, find_letter_digits, true},
                                    {kCut, kEscape, find_cut_escapes},
                                    {kEscapes, kEscape, find_escapes},
                                    {kEscapes, kDoubled, find_doubled_marks},
                                    {kEscapes, kAddress, find_turned_values},
                                    {kEscapes, kTurnedLabel, find_turned_labels},
                                    {kEscapes, kLongRun, find_told_backwards},
                                    {kLiterals, kQuotes, find_literal_joins},
                                    {kLiterals, kQuotes, find_variable_joins},
                                    {kCodes, kManyDigits, find_char_codes},
                                    {kCodes, kManyDigits, find_hex_dumps}};
  for (const Step& step : kSteps) {
    const bool dump = step.find == find_hex_dumps;
    if ((any & step.flags) == 0 || !(dump || allowed(step.family))) continue;
    patches.clear();
    survey.for_ranges(step.flags,
                      [&](Range where) { step.find(scene.text, survey, where, patches); });
    patches.settle();
    if (dump)
      for (const auto& item : patches.items())
        dumps.push_back({item.raw, std::string(patches.text_of(item))});
    if (allowed(step.family)) show(scene, patches, step.family, step.doubtful, out);
  }
  see_pulled_apart(scene, out);
}

ViewScan::ViewScan(const DetectorSet& set, int layers, int views, ViewBudget* budget)
    : impl_(std::make_unique<Impl>(set, layers, views, budget)) {}
ViewScan::~ViewScan() = default;

void ViewScan::begin(ViewFocus focus) {
  impl_->failed = false;
  impl_->own_budget = ViewBudget{};
  impl_->focus = focus;
  impl_->hidden.begin();
  impl_->long_blob.reset();
  impl_->blobs_until = 0;
}

ScanStatus ViewScan::scan(const Window& window, Findings& out) {
  Impl& impl = *impl_;
  const std::size_t from = window.fresh_begin > kViewReach ? window.fresh_begin - kViewReach : 0;
  const std::size_t to = std::min(window.text.size(), window.fresh_end + kViewReach);
  const Impl::Scene scene{window.text.substr(from, to - from),
                          window.offset + from,
                          {window.fresh_begin - from, window.fresh_end - from}};
  if (impl.budget == &impl.own_budget) impl.budget->read(scene.fresh.size());
  impl.survey.read(scene.text);
  if (impl.survey.any() & kOddCharacter)
    impl.hidden.see(scene.text, scene.offset, scene.fresh, impl.survey.odd());
  if (impl.views < kMostViews && (impl.survey.any() != 0 || impl.long_blob)) {
    impl.places.begin({scene.offset, scene.offset + scene.text.size()});
    impl.see(scene, out);
    impl.see_blobs(scene, out);
  }
  return impl.failed ? ScanStatus::kCouldNotDecide : ScanStatus::kDone;
}

ScanStatus ViewScan::finish(Findings& out) {
  Impl& impl = *impl_;
  if (impl.long_blob) {
    if (impl.long_blob->finish(impl.blobs_until, out) == ScanStatus::kCouldNotDecide)
      impl.failed = true;
    impl.long_blob.reset();
  }
  if (impl.views == 0 && impl.tells_hidden) impl.hidden.finish(out);
  return impl.failed ? ScanStatus::kCouldNotDecide : ScanStatus::kDone;
}

}  // namespace sekisho::filters
