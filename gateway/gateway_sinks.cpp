// The part of Gateway that sends its log to other systems.

#include "audit/index/categories.h"
#include "gateway/gateway.h"
#include "gateway/sinks/sinks.h"

namespace sekisho::gateway {

bool Gateway::make_sinks(std::string& error) {
  SinkSettings settings;
  settings.log = services_->settings.audit_directory.value;
  settings.categories = audit::read_categories(settings.log);
  // The sinks read on when the journal has ended: then everything is on disk.
  settings.records = [link = journal_link_]() -> std::uint64_t {
    const std::lock_guard lock(link->mutex);
    return link->journal ? link->journal->head().size : SinkSettings::kAll;
  };
  settings.tell = [this, link = journal_link_](const std::string& what, const std::string& about) {
    const std::lock_guard lock(link->mutex);
    if (link->journal) link->journal->record(admin_event(what, "", about, "sink"));
  };
  const std::string& origin = services_->settings.audit_proof.origin;
  const std::string& name = origin.empty() ? services_->name : origin;
  sinks_ = Sinks::make(services_->settings.audit_sinks, settings, {name, SEKISHO_VERSION}, error);
  return sinks_ != nullptr;
}

}  // namespace sekisho::gateway
