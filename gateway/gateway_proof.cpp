// The part of Gateway that makes its log provable: keys, checkpoints, who outside hears of them.

#include "config/text_file.h"
#include "gateway/gateway.h"
#include "gateway/log.h"
#include "gateway/log_key_files.h"
#include "gateway/metrics.h"
#include "gateway/sinks/witnesses.h"

namespace sekisho::gateway {

std::optional<audit::LogKeys> Gateway::log_keys(bool log_begins, std::string& error) const {
  const config::GatewayFile& file = services_->settings;
  std::string unread;
  const auto newest =
      config::read_text_file(file.audit_directory.value + "/checkpoints/latest.ckpt", unread);
  const std::string& origin = file.audit_proof.origin;
  return load_log_keys(file.keys_directory.value, origin.empty() ? services_->name : origin,
                       log_begins, now_seconds(), newest.value_or(""), error);
}

bool Gateway::prepare_checkpoints(bool log_begins, audit::CheckpointSettings& out,
                                  std::string& error) {
  const config::AuditProof& proof = services_->settings.audit_proof;
  auto keys = log_keys(log_begins, error);
  if (!keys) return false;
  const std::string origin = keys->signing.front().public_half().name();
  const auto told = [this, link = journal_link_](const WitnessAnswer& a) {
    const std::lock_guard lock(link->mutex);
    if (link->journal) tell_journal(*link->journal, a);
  };
  witnesses_ = Witnesses::start(proof.witnesses, origin, told, error);
  if (!witnesses_) return false;
  out.keys = std::move(*keys);
  out.every = proof.checkpoint_every;
  out.records = proof.checkpoint_records;
  out.written = [witnesses = witnesses_.get()](std::uint64_t size, const std::string& note) {
    witnesses->submit(size, note);
  };
  return true;
}

void Gateway::tell_journal(audit::Journal& journal, const WitnessAnswer& answer) const {
  journal.told({answer.witness, answer.size, answer.answer});
  if (!answer.changed) return;
  const bool works = answer.answer == "ok";
  journal.record(admin_event("witness", works ? "failing" : "ok",
                             works ? "ok" : "failing: " + answer.answer, answer.witness));
  if (works)
    Log::info("witness_works_again", {{"witness", answer.witness}});
  else
    Log::warn("witness_fails", {{"witness", answer.witness}, {"error", answer.answer}});
}

void Gateway::link_journal(audit::Journal* journal) {
  const std::lock_guard lock(journal_link_->mutex);
  journal_link_->journal = journal;
}

// What it still has to say goes to the witnesses, which are given a moment for it.
void Gateway::close_journal() {
  link_journal(nullptr);
  if (services_) services_->journal.reset();
  if (!witnesses_) return;
  for (const WitnessLack& w : witnesses_->stop())
    Log::warn("witness_lacks_last_checkpoint",
              {{"witness", w.witness},
               {"has", std::to_string(w.acknowledged)},
               {"last", std::to_string(w.last)},
               {"error", w.why},
               {"ja", "この送り先には最後のチェックポイントが届いていません"},
               {"en", "this witness has not received the last checkpoint"}});
  witnesses_.reset();
}

void Gateway::warn_of_proof(std::vector<std::string>& warnings) const {
  const auto newest = services_->journal->checkpoint();
  if (!newest.error.empty())
    warnings.push_back("the last checkpoint of the audit log could not be written: " +
                       newest.error);
  if (!witnesses_) return;
  for (const WitnessState& w : witnesses_->states())
    if (!w.error.empty())
      warnings.push_back("the witness " + w.name + " does not get the checkpoints: " + w.error);
}

void Gateway::measure_proof(Gauges& out) const {
  const auto newest = services_->journal->checkpoint();
  out.checkpoint_at = static_cast<double>(newest.time_us) / 1e6;
  out.checkpoint_size = newest.size;
  if (!witnesses_) return;
  for (const WitnessState& w : witnesses_->states())
    out.witnesses.push_back({w.name, w.acknowledged, w.acknowledged_at, w.failures});
}

}  // namespace sekisho::gateway
