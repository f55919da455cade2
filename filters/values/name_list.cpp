#include "filters/values/name_list.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <string>
#include <unordered_set>
#include <vector>

#include "filters/char_set.h"
#include "filters/utf8.h"
#include "filters/values/name_characters.h"

namespace sekisho::filters {
namespace {

constexpr std::string_view kNames =
#include "filters/values/names_ja.inc"
    ;

// Characters that given names begin and end with.
constexpr std::string_view kFirst =
    "愛亜明章彰晃朝旭安杏依伊郁育英瑛栄永悦恵絵笑江恩央音佳加可花華果香夏嘉歌海凱楓和勝克寛幹貴喜規"
    "紀希輝稀基季吉久恭響京金欣琴"
    "邦訓慶敬啓圭桂景健賢謙憲研兼剣元玄弦吾悟公功孝幸光広弘浩宏康航耕虎琥小紗沙彩早咲桜里志史詩紫慈"
    "治次実茂滋秀修周柊俊駿春舜淳純"
    "潤順奨昌昭祥翔湘新真信伸慎心深進晋仁甚須澄清誠静晴聖雪節仙泉宗蒼颯壮聡総想創空太泰大隆龍竜琢拓"
    "卓匠達辰知智朋友忠直哲典天冬桃斗"
    "登利敏寿豊尚奈那菜凪七成寧望乃葉初遥陽日裕博文福穂帆麻舞茉正政雅将万充満道美未瑞碧岬峰睦夢芽萌"
    "守百盛矢靖保行之由優悠祐佑勇雄"
    "結柚洋義良芳頼礼来蘭莉梨理璃律立涼亮諒遼凌凜凛林琳留瑠玲怜麗蓮廉若渡絢綾奏";
constexpr std::string_view kLast =
    "子美香奈菜恵江代枝世加佳花華果歌夏希季紀貴樹生輝己喜久郎朗太介助輔哉也弥矢人仁斗翔男夫雄彦吾悟"
    "志史司嗣士治次二三一之幸行真信"
    "明昭章晃晶光満充弘宏広博浩裕寛敏俊利則典徳憲範教規孝隆尚直正政雅昌将勝克和平海心羽音乃穂帆織緒"
    "央桜里莉梨理沙紗咲衣依伊絵笑瑛"
    "月葉波那良羅蘭琉瑠鈴玲怜伶礼麗実未見弓結由優友悠祐佑勇有夢芽萌愛藍亜彩綾絢耶雪智知慧聡登翼空虎"
    "馬騎陽晴遥成誠晟惺清聖星蒼颯伸慎"
    "臣蔵五尋鶴穣";
// After a numeral only these make a name: "一人", "三月", "五一" are none.
constexpr std::string_view kAfterNumeral =
    "子美恵江代郎朗男夫雄彦馬樹輝成真希香花華菜奈夏秋春尋里佳晴鶴織紗平";
constexpr std::string_view kNumerals = "一二三四五六七八九十百千万";
constexpr std::string_view kThird = "子郎朗美江枝恵奈菜香花代世介助平衛夫雄人治一二三樹輝紀";
// Words that look like given names.
constexpr std::string_view kNoNames[] = {
    "新人", "成人", "大人", "友人", "知人", "美人", "万人", "光明", "文明", "夏季", "冬季", "春季",
    "正月", "大学", "海里", "真実", "和平", "正直", "正史", "公正", "公平", "大正", "明治", "昭和",
    "利次", "来月", "来夏", "早良", "大海", "大和", "小波", "真夏", "初夏", "初春", "新春", "日光",
    "日夏", "直行", "直美", "進行", "知行", "実行", "修行", "勇士", "天良", "元気", "小一", "大成",
    "完成", "育成", "次世", "安楽", "安心", "感心", "和歌", "清和"};

std::u32string decoded(std::string_view text) {
  std::u32string out;
  for (std::size_t pos = 0; pos < text.size();) {
    const std::size_t size =
        std::max<std::size_t>(1, utf8_sequence(text.data() + pos, text.data() + text.size()));
    out += utf8_code_point(text.data() + pos, size);
    pos += size;
  }
  return out;
}

std::vector<std::u32string> words_of(std::string_view list) {
  std::vector<std::u32string> words;
  while (!list.empty()) {
    const std::size_t size = std::min(first_of<" \n">(list), list.size());
    if (size > 0) words.push_back(decoded(list.substr(0, size)));
    list.remove_prefix(std::min(size + 1, list.size()));
  }
  return words;
}

const std::unordered_set<std::uint64_t>& no_names() {
  static const std::unordered_set<std::uint64_t> kKeys = [] {
    std::unordered_set<std::uint64_t> keys;
    for (const std::string_view word : kNoNames) {
      const std::u32string name = decoded(word);
      keys.insert(name_key(name.data(), name.size()));
    }
    return keys;
  }();
  return kKeys;
}

template <std::size_t N>
void mark(std::bitset<N>& set, const std::u32string& characters) {
  for (const char32_t c : characters) {
    if (c < N) set.set(c);
  }
}

bool in(const std::u32string& characters, char32_t c) {
  return characters.find(c) != std::u32string::npos;
}

}  // namespace

std::uint64_t name_key(const char32_t* characters, std::size_t count) {
  if (count == 0 || count > 4) return 0;
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (characters[i] >= 0x10000) return 0;
    key = key << 16 | characters[i];
  }
  return key;
}

void NameKeys::close() {
  const auto magnitude = static_cast<unsigned>(std::bit_width(keys_.size())) + 2;
  shift_ = 64 - magnitude;
  slots_.assign(std::size_t{1} << magnitude, kNone);
  for (const std::uint64_t key : keys_) {
    if (key == kNone || has(key)) continue;
    std::size_t at = place_of(key);
    while (slots_[at] != kNone) at = (at + 1) % slots_.size();
    slots_[at] = key;
  }
  keys_.clear();
}

NameList::NameList() {
  constexpr std::string_view kSurnames = "[surnames]\n", kGiven = "[given]\n";
  const std::size_t surnames = kNames.find(kSurnames) + kSurnames.size();
  const std::size_t given = kNames.find(kGiven);
  for (const std::u32string& name : words_of(kNames.substr(surnames, given - surnames))) {
    surnames_.add(name_key(name.data(), name.size()));
    surname_first_.set(name[0]);
    mark(in_names_, name);
  }
  for (const std::u32string& name : words_of(kNames.substr(given + kGiven.size()))) {
    given_.add(name_key(name.data(), name.size()));
    mark(in_names_, name);
    // かえで, つばさ: no given name in kanji ends so, and particles do.
    if (name.back() < U'\u3041' || name.back() > U'\u309F') given_last_.set(name.back());
  }
  for (const char32_t form : kOtherForms)
    if (surname_first_[usual_form(form)]) surname_first_.set(form);
  surnames_.close();
  given_.close();
  mark(given_first_, decoded(kFirst));
  mark(given_last_, decoded(kLast));
  in_names_ |= given_first_ | given_last_;
}

const NameList& NameList::shipped() {
  static const NameList kList;
  return kList;
}

bool NameList::is_given(const char32_t* name, std::size_t count) const {
  static const std::u32string kNumeralSet = decoded(kNumerals),
                              kAfterNumeralSet = decoded(kAfterNumeral),
                              kThirdSet = decoded(kThird);
  if (is_listed_given(name, count)) return true;
  if (count < 2 || count > 3 || name[0] >= kPlane || name[count - 1] >= kPlane) return false;
  if (no_names().count(name_key(name, 2)) > 0) return false;
  if (in(kNumeralSet, name[0])) return count == 2 && in(kAfterNumeralSet, name[1]);
  if (!given_first_[name[0]]) return false;
  if (count == 2) return given_last_[name[1]];
  return name[1] < kPlane && (given_first_[name[1]] || given_last_[name[1]]) &&
         in(kThirdSet, name[2]);
}

bool NameList::is_plausible(const char32_t* name, std::size_t count) const {
  const bool known =
      std::all_of(name, name + count, [this](char32_t c) { return c < kPlane && in_names_[c]; });
  return known && count > 0 && (given_last_[name[count - 1]] || given_first_[name[count - 1]]);
}

}  // namespace sekisho::filters
