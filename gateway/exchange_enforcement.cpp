// What policy sets in a request whatever the client wrote: planned before the decision, done to the
// head that leaves. The edits of the body are the verdict's.

#include <boost/asio/post.hpp>

#include "gateway/exchange.h"
#include "gateway/services.h"
#include "gateway/worker.h"

namespace sekisho::gateway {

// Once a request, unless other rules hold by now.
Awaitable<void> Exchange::plan_enforcement() {
  if (admission_.enforce == planned_) co_return;
  planned_ = admission_.enforce;
  policy::EnforcementInput in;
  in.admission = &admission_;
  in.to = &to_;
  in.target = target_;
  in.headers = header_views();
  in.body = decoded_body();
  in.inspected = &inspected_;
  in.credentials = snapshot_->credentials();
  policy::EnforcementPlan plan(std::move(in));
  net::use_awaitable_t<Executor> token;
  while (plan.step()) co_await net::post(worker_.executor(), token);
  enforcement_ = plan.take();
}

// Every copy of the client's goes, in whatever case it was written.
void Exchange::enforce_head(RequestHead& out) const {
  const policy::Enforcement& e = enforcement_;
  if (!e.changes_head()) return;
  for (const std::string& name : e.removed) remove_headers(out.headers, name);
  for (const auto& [name, value] : e.headers) {
    remove_headers(out.headers, name);
    out.headers.push_back(Header{name, value});
  }
  out.target = policy::without_query_keys(out.target, e.removed_query);
  if (e.credential.empty()) return;
  const std::string* key = snapshot_->credentials()->find(e.credential);
  const bool bearer = e.credential_header == "authorization";
  remove_headers(out.headers, e.credential_header);
  out.headers.push_back(Header{e.credential_header, (bearer ? "Bearer " : "") + *key});
}

}  // namespace sekisho::gateway
