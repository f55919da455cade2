#include "policy/routed_models.h"

#include <algorithm>
#include <array>
#include <utility>

#include "filters/bodies/form_text.h"
#include "policy/few_of.h"

namespace sekisho::policy {
namespace {

constexpr std::size_t kMostModels = 32;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

// "Z.AI", "z-ai" and "zai" are one name.
std::string plain_name(std::string_view name) {
  std::string out;
  for (const char c : lower(name))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  return out;
}

// How a service lets its callers say who shall answer.
enum class Way {
  kItself,
  kOpenRouter,
  kHuggingFace,
  kVercel,
  kCloudflare,
  kPortkey,
  kHelicone,
  kReseller
};

// By id: each way is read by code of its own, and a catalogue of the customer's that lacks a key
// for it must not make a router look like a service that answers itself.
Way way_of(const Service* service) {
  static constexpr std::pair<std::string_view, Way> kWays[] = {
      {"openrouter", Way::kOpenRouter}, {"huggingface", Way::kHuggingFace},
      {"vercel-gateway", Way::kVercel}, {"cloudflare-ai", Way::kCloudflare},
      {"portkey", Way::kPortkey},       {"helicone", Way::kHelicone}};
  if (service == nullptr) return Way::kItself;
  for (const auto& [id, way] : kWays)
    if (service->provider->id == id) return way;
  return service->provider->aggregator ? Way::kReseller : Way::kItself;
}

using Segments = FewOf<std::string_view, 12>;

Segments path_segments(std::string_view target) {
  std::string_view path = target.substr(0, target.find('?'));
  Segments out;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    out.push_back(segment);
    path.remove_prefix(segment.size());
  }
  return out;
}

std::string_view header(const AdmissionQuery& query, std::string_view name) {
  for (const auto& [key, value] : query.headers)
    if (lower(key) == name) return value;
  return {};
}

// Names by which a router chooses the model itself. Here and not in the catalogue for the same
// reason: an older file without them would let them pass. `model` in lower case.
bool is_auto(std::string_view model) {
  const std::string_view name = model.substr(0, model.find(':'));
  static constexpr std::array<std::string_view, 9> kAuto = {
      "auto",   "openrouter/auto", "openrouter/free", "openrouter/bodybuilder", "default",
      "router", "kilo/auto",       "zenmux/auto",     "switchpoint/router"};
  return std::find(kAuto.begin(), kAuto.end(), name) != kAuto.end() ||
         name.starts_with("@preset/") || name.starts_with("dynamic/");
}

std::string_view variant_of(std::string_view model) {
  const auto colon = model.rfind(':');
  return colon == model.npos ? std::string_view() : model.substr(colon + 1);
}

// "/requests/7/params/model" of a batch, "/0/query/model" of a list of steps, "/file/3/body/model"
// of a batch in a file: the model of a request inside the body.
bool names_model_inside(std::string_view pointer, bool form) {
  static constexpr std::array<std::string_view, 5> kNames = {"model", "modelId", "model_id",
                                                             "model_name", "modelIdentifier"};
  std::vector<std::string_view> names;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view name = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(name.size());
    if (name.empty() || name.find_first_not_of("0123456789") != name.npos) names.push_back(name);
  }
  if (names.empty()) return false;
  const auto is = [](const auto& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  const std::size_t first = form && names.size() > 1 ? 1 : 0;  // the name of the part
  return is(kNames, names.back()) && std::all_of(names.begin() + static_cast<std::ptrdiff_t>(first),
                                                 names.end() - 1, is_around_request);
}

bool is_call(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

// One request under the eye.
class RouteReader {
 public:
  RouteReader(const RouteFinder& finder, const Service* service, const AdmissionQuery& query,
              std::string_view host)
      : finder_(finder), service_(service), query_(query), host_(host), way_(way_of(service)) {}

  Routes read() {
    out_.forwards = way_ != Way::kItself;
    // Deployments on a cloud are named by the customer.
    out_.own_names = service_ != nullptr && service_->processing.customer_selected;
    if (query_.method.empty()) return std::move(out_);
    name_models();
    read_way();
    return std::move(out_);
  }

 private:
  bool body_known() const { return query_.fields != nullptr; }
  bool has_call() const { return is_call(query_.method) && body_known(); }
  const BodyFields& body() const { return *query_.fields; }
  std::string model_name() const {
    return out_.models.empty() ? std::string() : out_.models.front().name;
  }
  std::string model_where() const {
    return out_.models.empty() ? std::string("body:/model") : out_.models.front().where;
  }

  void name_models() {
    name_model_of_path();
    if (!body_known()) return;
    static constexpr std::array<std::string_view, 9> kPlaces = {
        "/model",     "/models",          "/modelId",
        "/model_id",  "/model_name",      "/fallback_models",
        "/fallbacks", "/modelIdentifier", "/providerOptions/gateway/models"};
    for (const std::string_view place : kPlaces)
      for (const BodyField* f : body().texts(place)) add_model("body:" + f->pointer, f->value);
    for (const BodyField& f : body().fields) {
      const auto last = f.pointer.rfind('/');
      const std::string_view key = std::string_view(f.pointer).substr(last + 1);
      if (f.text && last > 0 &&
          (key == "modelArn" || key == "foundationModelArn" ||
           (key == "model" && f.pointer.starts_with("/fallbacks/"))))
        add_model("body:" + f.pointer, f.value);
    }
    for (const BodyField& f : body().fields)
      if (f.text && names_model_inside(f.pointer, body().form))
        add_model("body:" + f.pointer, f.value);
    out_.unread = body().unread;
    out_.model_open = out_.model_open || body().doubtful("/model") || body().doubtful("/models") ||
                      (body().unread && has_call());
    if (out_.model_open && out_.model_open_where.empty()) out_.model_open_where = "body:/model";
  }

  // "/model/ID/invoke", "/models/ID:generateContent", "/openai/deployments/ID/…", "/ai/run/ID".
  void name_model_of_path() {
    const auto segments = path_segments(query_.target);
    for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
      const std::string_view s = segments[i];
      if (s == "run" && i > 0 && segments[i - 1] == "ai") return add_rest(segments, i + 1);
      if (s != "model" && s != "models" && s != "deployments") continue;
      std::string_view id = segments[i + 1];
      if (s == "models" && id.find(':') != id.npos) id = id.substr(0, id.find(':'));
      // "/models/OWNER/NAME" (Hugging Face, Replicate)
      if (s == "models" && i + 2 < segments.size() && way_ != Way::kItself)
        return add_rest(segments, i + 1);
      if (is_call(query_.method) && !id.empty()) add_model("path", filters::percent_decoded(id));
      return;
    }
  }

  void add_rest(const Segments& segments, std::size_t from) {
    std::string name;
    for (std::size_t i = from; i < segments.size() && i < from + 3; ++i) {
      if (segments[i] == "predictions" || segments[i] == "v1") break;
      name += (name.empty() ? "" : "/") + filters::percent_decoded(segments[i]);
    }
    if (is_call(query_.method) && !name.empty()) add_model("path", std::move(name));
  }

  void add_model(std::string where, std::string name) {
    if (std::any_of(out_.models.begin(), out_.models.end(),
                    [&](const NamedModel& m) { return m.name == name && m.where != "path"; }))
      return;
    if (name.empty() || out_.models.size() >= kMostModels) {
      out_.model_open = out_.model_open || !name.empty();
      return;
    }
    const std::string plain = lower(name);
    if (is_auto(plain)) {
      out_.model_open = true;
      out_.model_open_where = where;
    }
    NamedModel& model = out_.models.emplace_back();
    model.where = std::move(where);
    model.name = std::move(name);
    finder_.recognise(model, plain);
  }

  void read_way() {
    switch (way_) {
      case Way::kOpenRouter:
        return read_openrouter();
      case Way::kHuggingFace:
        return read_huggingface();
      case Way::kVercel:
        return read_vercel();
      case Way::kCloudflare:
        return read_cloudflare();
      case Way::kPortkey:
        return read_portkey();
      case Way::kHelicone:
        return read_helicone();
      case Way::kReseller:
        return read_reseller();
      case Way::kItself:
        return read_prefixes();
    }
  }

  void name_sub(std::string where, const Service* service) {
    out_.named.push_back({std::move(where), service});
  }

  void open(std::string where, const std::vector<SubProviderName>& possible,
            const std::vector<const Service*>& without = {}) {
    out_.open = true;
    out_.open_where = std::move(where);
    for (const SubProviderName& p : possible)
      if (p.service && std::find(without.begin(), without.end(), p.service) == without.end())
        out_.possible.push_back({out_.open_where, p.service});
  }

  const Service* look_up(const RouteFinder::Names& names, std::string_view word) const {
    const auto found = names.find(plain_name(word.substr(0, word.find('/'))));
    return found != names.end() ? found->second : finder_.vendor(word);
  }

  void name_listed(std::string_view pointer, const RouteFinder::Names& names) {
    for (const BodyField* f : body().texts(pointer))
      name_sub("body:" + f->pointer, look_up(names, f->value));
  }

  void read_openrouter() {
    if (!has_call()) return;
    openrouter_body();
  }

  void openrouter_body() {
    const auto& names = finder_.openrouter_;
    const bool doubt = !body().json || body().doubtful("/provider");
    const bool only = !body().texts("/provider/only").empty();
    const bool order =
        !body().texts("/provider/order").empty() && body().is("/provider/allow_fallbacks", "false");
    const bool preset =
        std::any_of(out_.models.begin(), out_.models.end(),
                    [](const auto& m) { return m.name.find("@preset/") != std::string::npos; }) ||
        body().at("/preset") != nullptr;
    if (only)
      name_listed("/provider/only", names);
    else
      name_listed("/provider/order", names);
    if (doubt || preset || !(only || order)) {
      std::vector<const Service*> ignored;
      if (!doubt)
        for (const BodyField* f : body().texts("/provider/ignore"))
          if (const Service* s = look_up(names, f->value)) ignored.push_back(s);
      open("body:/provider/only", finder_.openrouter_list_, ignored);
    }
    if (out_.models.empty()) {
      out_.model_open = true;
      out_.model_open_where = "body:/model";
    }
    openrouter_extras();
  }

  // Web search and file parsing go to companies of their own. Free variants are paid for with data.
  void openrouter_extras() {
    const bool online = std::any_of(out_.models.begin(), out_.models.end(),
                                    [](const auto& m) { return variant_of(m.name) == "online"; });
    if (online) name_sub(model_where(), finder_.vendor("exa"));
    for (const BodyField& f : body().fields) {
      if (!f.text || !f.pointer.starts_with("/plugins/")) continue;
      if (f.pointer.ends_with("/id") && f.value == "web" &&
          body().at(f.pointer.substr(0, f.pointer.size() - 2) + "engine") == nullptr)
        name_sub("body:" + f.pointer, finder_.vendor("exa"));
      if (f.pointer.ends_with("/engine") && f.value != "native" && f.value != "pdf-text")
        name_sub("body:" + f.pointer,
                 finder_.vendor(f.value == "mistral-ocr" ? std::string_view("mistral") : f.value));
    }
    const bool strict =
        body().is("/provider/data_collection", "deny") || body().is("/provider/zdr", "true");
    for (const NamedModel& m : out_.models)
      if (variant_of(m.name) == "free" && !strict) out_.may_train_where = m.where;
    if (out_.open && !strict) out_.may_train_where = "body:/provider/data_collection";
  }

  // "router.huggingface.co/{provider}/…", or a model with the suffix ":{provider}".
  void read_huggingface() {
    const auto segments = path_segments(query_.target);
    const std::string_view first = segments.empty() ? std::string_view() : segments[0];
    if (host_ == "api-inference.huggingface.co") return;  // runs it itself
    if (host_ != "router.huggingface.co") {
      if (first == "chat" && has_call()) open("path", finder_.huggingface_list_);
      return;
    }
    if (first != "v1" && !first.empty()) {
      if (is_call(query_.method))
        name_sub("path", look_up(finder_.huggingface_, filters::percent_decoded(first)));
      return;
    }
    if (!has_call()) return;
    const bool doubt = !body().json || body().doubtful("/model");
    const BodyField* model = body().at("/model");
    const std::string_view suffix = model ? variant_of(model->value) : std::string_view();
    static constexpr std::array<std::string_view, 5> kOpen = {"fastest", "cheapest", "preferred",
                                                              "auto", ""};
    const bool named = std::find(kOpen.begin(), kOpen.end(), suffix) == kOpen.end();
    if (named) name_sub("body:/model", look_up(finder_.huggingface_, suffix));
    if (!named || doubt) open("body:/model", finder_.huggingface_list_);
  }

  void read_vercel() {
    if (!has_call()) return;
    constexpr std::string_view kOnly = "/providerOptions/gateway/only";
    const bool only = !body().texts(kOnly).empty();
    name_listed(only ? kOnly : "/providerOptions/gateway/order", finder_.vercel_);
    if (!only || !body().json || body().doubtful("/providerOptions"))
      open("body:" + std::string(kOnly), finder_.vendor_list_);
  }

  // "/v1/{account}/{gateway}/{provider}/…"; "compat" takes it from the model, and without a
  // provider the body is a list of steps.
  void read_cloudflare() {
    const auto segments = path_segments(query_.target);
    if (host_ == "api.cloudflare.com") return read_workers_ai();
    if (!is_call(query_.method)) return;
    const std::string provider = segments.size() > 3 ? filters::percent_decoded(segments[3]) : "";
    if (provider == "compat" || provider == "universal") return read_vendor_of_model();
    if (provider == "openrouter" && body_known()) openrouter_body();
    if (!provider.empty()) return name_sub("path", look_up(finder_.vendors_, provider));
    if (!body_known()) return;
    bool found = false;
    for (const BodyField& f : body().fields)
      if (f.text && f.pointer.ends_with("/provider") &&
          std::count(f.pointer.begin(), f.pointer.end(), '/') <= 2) {
        name_sub("body:" + f.pointer, look_up(finder_.vendors_, f.value));
        found = true;
      }
    if (!found || !body().json || body().cut || !body().twice.empty())
      open("body:/provider", finder_.vendor_list_);
  }

  // Models of others are "vendor/model"; those that run on the machines there begin with "@".
  void read_workers_ai() {
    const std::string model = model_name();
    if (!is_call(query_.method) || model.empty() || model[0] == '@') return;
    read_vendor_of_model();
  }

  void read_vendor_of_model() {
    if (!body_known() && (out_.models.empty() || out_.models.front().where != "path")) return;
    for (const NamedModel& m : out_.models) {
      const auto slash = m.name.find('/');
      if (slash == std::string::npos || is_auto(lower(m.name)))
        open(m.where, finder_.vendor_list_);
      else
        name_sub(m.where, look_up(finder_.vendors_, std::string_view(m.name).substr(0, slash)));
    }
    if (out_.models.empty() || (body_known() && body().doubtful("/model")))
      open("body:/model", finder_.vendor_list_);
  }

  void read_portkey() {
    if (!has_call()) return;
    std::string_view provider = header(query_, "x-portkey-provider");
    if (!provider.empty() && provider[0] == '@') provider.remove_prefix(1);
    if (!provider.empty())
      name_sub("header:x-portkey-provider", look_up(finder_.vendors_, provider));
    const bool config = !header(query_, "x-portkey-config").empty();
    const bool prefixed = provider.empty() && !config && !model_name().empty() &&
                          model_name()[0] == '@' && model_name().find('/') != std::string::npos;
    if (prefixed) {
      const std::string name = model_name().substr(1);
      name_sub(model_where(), look_up(finder_.vendors_, name));
    } else if (provider.empty() || config) {
      open("header:x-portkey-provider", finder_.vendor_list_);
    }
  }

  void read_helicone() {
    if (!has_call()) return;
    if (host_ == "oai.helicone.ai") return name_sub("host", finder_.vendor("openai"));
    if (host_ == "anthropic.helicone.ai") return name_sub("host", finder_.vendor("anthropic"));
    // Where "helicone-target-url" leads is judged as a second destination.
    if (host_ == "gateway.helicone.ai" && !header(query_, "helicone-target-url").empty()) return;
    open("host", finder_.vendor_list_);
  }

  // Nothing in the request settles it. The developer's own service is always possible.
  void read_reseller() {
    if (has_call()) open(model_where(), {});
  }

  // A proxy of one's own, or a host that runs models: LiteLLM's "deepseek/deepseek-chat" is sent on
  // to DeepSeek.
  void read_prefixes() {
    for (const NamedModel& m : out_.models) {
      const auto slash = m.name.find('/');
      if (service_ != nullptr || slash == std::string::npos) continue;
      const auto found = finder_.prefixes_.find(lower(std::string_view(m.name).substr(0, slash)));
      if (found == finder_.prefixes_.end()) continue;
      out_.possible.push_back({m.where, found->second});
      // "openrouter/deepseek/…" names the next one as well.
      const std::string_view rest = std::string_view(m.name).substr(slash + 1);
      const auto second = rest.find('/');
      const Service* next = second == rest.npos ? nullptr : finder_.vendor(rest.substr(0, second));
      if (way_of(found->second) != Way::kItself && next) out_.possible.push_back({m.where, next});
    }
  }

  const RouteFinder& finder_;
  const Service* service_;
  const AdmissionQuery& query_;
  std::string_view host_;
  Way way_;
  Routes out_;
};

RouteFinder::RouteFinder(const config::Catalogue& catalogue, const ServiceIndex& index,
                         config::Problems& problems)
    : catalogue_(catalogue), index_(index) {
  add_developers(problems);
  openrouter_ = names_of(catalogue.openrouter_providers);
  huggingface_ = names_of(catalogue.huggingface_router_providers);
  vendors_ = names_of(catalogue.vendor_names);
  for (const auto& [prefix, id] : catalogue.model_prefixes) prefixes_[prefix] = index.find(id);
  openrouter_list_ = listed(catalogue.openrouter_providers, index);
  huggingface_list_ = listed(catalogue.huggingface_router_providers, index);
  vercel_ = names_of(catalogue.vercel_gateway_providers);
  vercel_list_ = listed(catalogue.vercel_gateway_providers, index);
  vendor_list_ = listed(catalogue.vendor_names, index);
}

void RouteFinder::add_developers(config::Problems& problems) {
  std::vector<filters::Pattern> all;
  const auto compile = [&](const config::ModelDeveloper& d, const std::string& pattern) {
    std::string error;
    auto compiled = filters::Pattern::compile(pattern, error);
    if (compiled) return all.push_back(std::move(*compiled));
    problems.push_back({"providers.yaml",
                        {},
                        "a pattern of the developer '" + d.id + "' does not compile: " + error,
                        ""});
  };
  for (const config::ModelDeveloper& d : catalogue_.model_developers) {
    Developer& out = developers_.emplace_back();
    out.def = &d;
    compile(d, d.pattern);
  }
  for (const Developer& d : developers_) {
    if (d.def->service_only.empty()) continue;
    compile(*d.def, d.def->service_only);
    with_service_names_.push_back(&d);
  }
  patterns_.emplace(std::move(all));
}

RouteFinder::Names RouteFinder::names_of(const std::map<std::string, std::string>& table) const {
  Names out;
  for (const auto& [name, id] : table) out[plain_name(name)] = index_.find(id);
  return out;
}

std::vector<SubProviderName> RouteFinder::listed(const std::map<std::string, std::string>& table,
                                                 const ServiceIndex& index) {
  std::vector<SubProviderName> out;
  for (const auto& [name, id] : table) out.push_back({name, index.find(id)});
  return out;
}

const std::vector<SubProviderName>& RouteFinder::sub_providers(const Service& service) const {
  switch (way_of(&service)) {
    case Way::kOpenRouter:
      return openrouter_list_;
    case Way::kVercel:
      return vercel_list_;
    default:
      return none_;
  }
}

const Service* RouteFinder::sub_provider(const Service& service, std::string_view word) const {
  const Names& names = way_of(&service) == Way::kVercel ? vercel_ : openrouter_;
  const auto found = names.find(plain_name(word.substr(0, word.find('/'))));
  return found != names.end() ? found->second : vendor(word);
}

// Path, host, header and the suffix of a model take one name: whoever writes it there chooses the
// provider, and not everybody has the model.
const PinPlace* RouteFinder::pin_place(const Service& service) {
  static constexpr PinPlace kOpenRouter{"/provider/only", "/provider/order"};
  static constexpr PinPlace kVercel{"/providerOptions/gateway/only",
                                    "/providerOptions/gateway/order"};
  switch (way_of(&service)) {
    case Way::kOpenRouter:
      return &kOpenRouter;
    case Way::kVercel:
      return &kVercel;
    default:
      return nullptr;
  }
}

const Service* RouteFinder::vendor(std::string_view word) const {
  const std::string_view first = word.substr(0, word.find('/'));
  const std::string plain = plain_name(first);
  for (const Names* names : {&vendors_, &openrouter_, &huggingface_})
    if (const auto found = names->find(plain); found != names->end()) return found->second;
  return index_.find(first);
}

// Whose model it is, by its name in lower case. The patterns are made for the name after the last
// '/', and for what stands before it; those of names of a service, for the former without its
// variant.
void RouteFinder::recognise(NamedModel& model, std::string_view name) const {
  const auto slash = name.rfind('/');
  const std::string_view last = name.substr(slash + 1), plain = last.substr(0, last.find(':'));
  const auto before = slash == name.npos ? std::string_view() : name.substr(0, slash);
  std::vector<std::size_t> candidates = patterns_->candidates(last);
  if (!before.empty()) {
    const auto more = patterns_->candidates(before);
    candidates.insert(candidates.end(), more.begin(), more.end());
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  }
  for (const std::size_t i : candidates) {
    const filters::Pattern& pattern = (*patterns_)[i];
    if (i >= developers_.size()) {
      if (!model.service_of && pattern.search(plain))
        model.service_of = with_service_names_[i - developers_.size()];
    } else if (pattern.search(last) || (!before.empty() && pattern.search(before))) {
      model.developers.push_back(&developers_[i]);
    }
  }
}

Routes RouteFinder::find(const Service* service, const AdmissionQuery& query,
                         std::string_view host) const {
  return RouteReader(*this, service, query, host).read();
}

}  // namespace sekisho::policy
