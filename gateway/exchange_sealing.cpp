// Sealed copies of what is about to be sent: durable before the decision is, which names them.

#include "gateway/exchange.h"
#include "gateway/log.h"
#include "gateway/sealing.h"
#include "gateway/services.h"
#include "gateway/worker.h"

namespace sekisho::gateway {
namespace {

struct Sealed {
  std::optional<audit::SealedRef> ref;
  std::string error;
};

// All that it needs is its own: the exchange may be gone before it is done.
struct SealingWork {
  std::shared_ptr<const Sealing> sealing;
  std::string body;
  audit::SealedHeader header;
  std::vector<std::string> groups;

  Sealed operator()() const {
    Sealed out;
    out.ref = sealing->keep(header, body, groups, out.error);
    return out;
  }
};

std::function<Sealed()> work_of(SealingWork work) {
  return [shared = std::make_shared<const SealingWork>(std::move(work))] { return (*shared)(); };
}

Fault fault_of_sealing() {
  Fault f(503, policy::Reason::kJournal, "sealed",
          "a copy of this request must be kept for the auditors, and cannot be kept now; nothing "
          "was sent, tell the people who run the gateway");
  f.detail_ja =
      "この要求は監査のための写しを残す必要がありますが、いまは残せません。何も送っていません。"
      "管理者に連絡してください";
  f.may_retry = true;
  f.retry_after = 30;
  return f;
}

}  // namespace

void Exchange::apply_edits() {
  if (edit_ || verdict_.edits.empty()) return;
  edited_ = filters::apply_edits(decoded_body(), verdict_.edits);
  edit_ = true;
}

Awaitable<bool> Exchange::seal() {
  SealingWork work;
  if (sealing_) work.groups = sealing_->groups_for(verdict_);
  if (work.groups.empty()) co_return true;
  apply_edits();
  const std::string_view body = edit_ ? std::string_view(edited_) : std::string_view(body_);
  const std::string_view kept = body.substr(0, sealing_->cap());
  Sealed sealed;
  sealed.error = "too many copies wait to be sealed";
  const RequestHead out = outgoing();
  work.sealing = sealing_;
  const audit::Decision d = decision();
  work.header = {id_, d.policy_digest, to_.host, d.method, d.path, "", "", d.time_us, body.size()};
  for (const Header& h : out.headers) {
    if (iequals(h.name, "content-type")) work.header.content_type = h.value;
    if (iequals(h.name, "content-encoding")) work.header.content_encoding = h.value;
  }
  const bool room = kept.empty() || reservation_.grow(2 * kept.size());
  if (room) {
    work.body = std::string(kept);
    std::function<Sealed()> call = work_of(std::move(work));
    Awaitable<Sealed> waiting =
        services_.sealing->run<Sealed>(std::move(call), std::move(sealed), worker_.executor());
    sealed = co_await std::move(waiting);
  } else {
    sealed.error = "limits.memory leaves no room for the copy";
  }
  note_time("seal");
  sealed_ = std::move(sealed.ref);
  if (sealed_) co_return true;
  Log::error("sealed_copy", {{"id", id_}, {"error", sealed.error}});
  worker_.pool().give_back(to_, std::move(lease_));
  Fault fault = fault_of_sealing();
  co_await fail(std::move(fault));
  co_return false;
}

// Its record could not be written, and nothing was sent.
void Exchange::forget_sealed() {
  if (!sealed_) return;
  services_.sealing->post(
      [sealing = sealing_, ref = *sealed_, id = id_] { sealing->forget(ref, id); });
  sealed_.reset();
}

}  // namespace sekisho::gateway
