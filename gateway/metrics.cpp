#include "gateway/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "gateway/free_memory.h"
#include "gateway/parent_proxy.h"
#include "policy/words.h"

namespace sekisho::gateway {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Families {
 public:
  void counter(const std::string& name, const std::string& help, double value,
               std::vector<ClientMetric::Label> labels = {}) {
    ClientMetric& m = add(name, help, MetricType::Counter, std::move(labels));
    m.counter.value = value;
  }
  void gauge(const std::string& name, const std::string& help, double value,
             std::vector<ClientMetric::Label> labels = {}) {
    ClientMetric& m = add(name, help, MetricType::Gauge, std::move(labels));
    m.gauge.value = value;
  }
  std::vector<MetricFamily> all;

 private:
  ClientMetric& add(const std::string& name, const std::string& help, MetricType type,
                    std::vector<ClientMetric::Label> labels) {
    if (all.empty() || all.back().name != name) {
      all.emplace_back();
      all.back().name = name;
      all.back().help = help;
      all.back().type = type;
    }
    all.back().metric.emplace_back();
    all.back().metric.back().label = std::move(labels);
    return all.back().metric.back();
  }
};

double sum(const std::vector<const Counters*>& workers, Counters::Count Counters::*field) {
  double n = 0;
  for (const Counters* c : workers)
    n += static_cast<double>((c->*field).load(std::memory_order_relaxed));
  return n;
}

void add_decisions(Families& f, const std::vector<const Counters*>& workers) {
  for (int a = 0; a < Counters::kVerdicts; ++a)
    for (int r = 0; r <= Counters::kReasons; ++r) {
      double n = 0;
      for (const Counters* c : workers)
        n += static_cast<double>(c->decisions[a][r].load(std::memory_order_relaxed));
      const std::string reason(policy::to_word(static_cast<policy::Reason>(r)));
      if (n == 0 && (a != 3 || reason.empty())) continue;
      f.counter("sekisho_decisions_total", "Decisions by verdict and reason.", n,
                {{"verdict", std::string(policy::to_word(static_cast<policy::Action>(a)))},
                 {"reason", reason}});
    }
  for (int a = 0; a < Counters::kVerdicts; ++a) {
    double n = 0;
    for (const Counters* c : workers)
      n += static_cast<double>(c->observed[a].load(std::memory_order_relaxed));
    f.counter("sekisho_observed_total", "What observed rules would have done.", n,
              {{"would", std::string(policy::to_word(static_cast<policy::Action>(a)))}});
  }
}

void add_answers(Families& f, const std::vector<const Counters*>& workers) {
  for (int s = 1; s < Counters::kStatusClasses; ++s) {
    double n = 0;
    for (const Counters* c : workers)
      n += static_cast<double>(c->answers[s].load(std::memory_order_relaxed));
    f.counter("sekisho_answers_total", "Answers to clients by status class.", n,
              {{"class", std::to_string(s) + "xx"}});
  }
}

void add_proxy_faults(Families& f, const std::vector<const Counters*>& workers) {
  for (std::size_t k = 1; k < Counters::kProxyFaults; ++k) {
    double n = 0;
    for (const Counters* c : workers)
      n += static_cast<double>(c->proxy_faults[k].load(std::memory_order_relaxed));
    const auto word = proxy_fault_word(static_cast<ProxyTunnel::Fault>(k));
    if (n > 0)
      f.counter("sekisho_origin_proxy_failures_total",
                "Connections that did not come about through the parent proxy, by why.", n,
                {{"kind", std::string(word)}});
  }
}

// Only providers of the catalogue are named: hosts would be labels that anybody can invent.
std::string provider_label(const OriginHealth::Counts& of) {
  return of.provider.empty() ? "other" : of.provider;
}

void add_origins(Families& f, const std::vector<OriginHealth::Counts>& origins) {
  for (const auto& o : origins)
    f.gauge("sekisho_origin_circuits_open",
            "Destinations that are not asked because they are down.", static_cast<double>(o.open),
            {{"provider", provider_label(o)}});
  for (const auto& o : origins)
    f.counter("sekisho_origin_circuit_opened_total", "Times a destination was found to be down.",
              static_cast<double>(o.opened), {{"provider", provider_label(o)}});
  for (const auto& o : origins)
    f.counter("sekisho_origin_refused_total", "Requests refused because their service is down.",
              static_cast<double>(o.refused), {{"provider", provider_label(o)}});
  for (const auto& o : origins)
    for (std::size_t k = 0; k < kOriginFailures; ++k)
      if (o.failures[k] > 0)
        f.counter("sekisho_origin_failures_total",
                  "Requests that services failed, by how (status: 5xx but 501 and 505).",
                  static_cast<double>(o.failures[k]),
                  {{"provider", provider_label(o)},
                   {"kind", std::string(to_word(static_cast<OriginFailure>(k)))}});
}

// Names come from gateway.yaml: a closed list.
void add_witnesses(Families& f, const Gauges& g) {
  for (const auto& w : g.witnesses)
    f.gauge("sekisho_audit_witness_acknowledged_records",
            "Records covered by the newest checkpoint that the witness has.",
            static_cast<double>(w.acknowledged), {{"witness", w.name}});
  for (const auto& w : g.witnesses)
    f.gauge("sekisho_audit_witness_acknowledged_timestamp_seconds",
            "When the witness last took a checkpoint; 0 = not since the start.", w.acknowledged_at,
            {{"witness", w.name}});
  for (const auto& w : g.witnesses)
    f.counter("sekisho_audit_witness_failures_total", "Tries that a witness did not take.",
              static_cast<double>(w.failures), {{"witness", w.name}});
}

void add_endings(Families& f, const Gauges& g) {
  const auto kind = [](const Gauges::Ending& e) {
    return std::vector<ClientMetric::Label>{{"kind", std::string(e.kind)}};
  };
  for (const auto& e : g.endings)
    f.gauge("sekisho_policy_next_end_timestamp_seconds",
            "When the next approval, exception or review of the policy ends; 0 = none will.",
            e.next, kind(e));
  for (const auto& e : g.endings)
    f.gauge("sekisho_policy_ending_soon", "How many of them end within 14 days.",
            static_cast<double>(e.soon), kind(e));
  for (const auto& e : g.endings)
    f.gauge("sekisho_policy_ended", "How many of them have ended, or were never there (reviews).",
            static_cast<double>(e.over), kind(e));
}

// Names of sinks are the operator's own.
void add_sinks(Families& f, const std::vector<SinkState>& sinks) {
  const auto name = [](const SinkState& s) {
    return std::vector<ClientMetric::Label>{{"sink", s.name}};
  };
  for (const auto& s : sinks)
    f.gauge("sekisho_sink_lag_records", "Records that the sink has not taken yet.",
            static_cast<double>(s.lag), name(s));
  for (const auto& s : sinks)
    f.gauge("sekisho_sink_last_success_timestamp_seconds",
            "When the sink took records last; 0 = not since the start.",
            static_cast<double>(s.last_success), name(s));
  for (const auto& s : sinks)
    f.counter("sekisho_sink_events_total", "Events that the sink took.",
              static_cast<double>(s.events), name(s));
  for (const auto& s : sinks)
    f.counter("sekisho_sink_failures_total", "Tries that the sink did not take.",
              static_cast<double>(s.failures), name(s));
  for (const auto& s : sinks)
    f.counter("sekisho_sink_set_aside_total", "Records that the sink refused for what they say.",
              static_cast<double>(s.set_aside), name(s));
}

}  // namespace

std::string render_metrics(const std::vector<const Counters*>& workers, const Gauges& g) {
  Families f;
  add_decisions(f, workers);
  add_answers(f, workers);
  f.counter("sekisho_connections_total", "Client connections accepted.",
            sum(workers, &Counters::connections_accepted));
  f.gauge("sekisho_connections_open", "Client connections open.",
          sum(workers, &Counters::connections_open));
  f.counter("sekisho_tunnels_total", "CONNECT tunnels by what was done with the TLS.",
            sum(workers, &Counters::tunnels_bumped), {{"tls", "bump"}});
  f.counter("sekisho_tunnels_total", "", sum(workers, &Counters::tunnels_spliced),
            {{"tls", "splice"}});
  f.counter("sekisho_handshakes_total", "TLS handshakes with clients begun.",
            sum(workers, &Counters::handshakes));
  f.counter("sekisho_handshakes_failed_total", "TLS handshakes with clients that failed.",
            sum(workers, &Counters::handshakes_failed));
  f.counter("sekisho_client_distrusts_ca_total",
            "Clients that refused our CA twice within a minute.",
            sum(workers, &Counters::client_distrusts_ca));
  f.counter("sekisho_logins_failed_total", "Answers 407.", sum(workers, &Counters::logins_failed));
  f.counter("sekisho_accept_pauses_total", "Pauses of accepting (connection limit, descriptors).",
            sum(workers, &Counters::accept_pauses));
  f.counter("sekisho_connections_refused_total", "Connections answered 503: limits.connections.",
            sum(workers, &Counters::connections_refused));
  f.counter("sekisho_connections_ended_total",
            "Connections without a request ended to make room for others.",
            sum(workers, &Counters::connections_ended));
  f.counter("sekisho_origin_connects_total", "Connections to origins begun.",
            sum(workers, &Counters::origin_connects));
  f.counter("sekisho_origin_reused_total", "Requests sent on an idle origin connection.",
            sum(workers, &Counters::origin_reused));
  f.counter("sekisho_origin_failed_total", "Origins that could not be connected or verified.",
            sum(workers, &Counters::origin_failed));
  add_origins(f, g.origins);
  add_proxy_faults(f, workers);
  f.counter("sekisho_body_bytes_total", "Body bytes.", sum(workers, &Counters::body_bytes_in),
            {{"direction", "in"}});
  f.counter("sekisho_body_bytes_total", "", sum(workers, &Counters::body_bytes_out),
            {{"direction", "out"}});
  f.counter("sekisho_tokens_issued_total", "Values replaced by tokens in requests that were sent.",
            sum(workers, &Counters::tokens_issued));
  f.counter("sekisho_tokens_answered_total", "Tokens found in answers by what became of them.",
            sum(workers, &Counters::tokens_restored), {{"result", "restored"}});
  f.counter("sekisho_tokens_answered_total", "", sum(workers, &Counters::tokens_withheld),
            {{"result", "withheld"}});
  f.counter("sekisho_tokens_answered_total", "", sum(workers, &Counters::tokens_unknown),
            {{"result", "unknown"}});
  f.counter("sekisho_answers_unrestored_total",
            "Answers, or parts of them, that could not be read to restore tokens.",
            sum(workers, &Counters::answers_unrestored));
  f.counter("sekisho_exceptions_total", "Sessions ended by a bug.",
            sum(workers, &Counters::exceptions));
  f.counter("sekisho_journal_records_total", "Records written to the audit log.",
            static_cast<double>(g.journal_records));
  f.counter("sekisho_journal_commits_total", "Commits (syncs) of the audit log.",
            static_cast<double>(g.journal_commits));
  f.gauge("sekisho_audit_index_behind_records", "Records that the index has not read yet.",
          static_cast<double>(g.index_behind));
  f.gauge("sekisho_audit_index_healthy", "1 while the index of the audit log can be kept.",
          g.index_healthy);
  f.gauge("sekisho_journal_healthy", "1 while the audit log can be written.", g.journal_healthy);
  f.gauge("sekisho_audit_last_checkpoint_timestamp_seconds",
          "When the newest checkpoint of the audit log was signed.", g.checkpoint_at);
  f.gauge("sekisho_audit_checkpoint_records", "Records that the newest checkpoint covers.",
          static_cast<double>(g.checkpoint_size));
  add_witnesses(f, g);
  f.counter("sekisho_leaves_minted_total", "Leaf certificates minted.",
            static_cast<double>(g.leaves_minted));
  f.gauge("sekisho_heap_used_bytes",
          "Memory that the program uses, without what its heap keeps free.",
          static_cast<double>(heap_used()));
  f.gauge("sekisho_memory_used_bytes", "Memory reserved for bodies.",
          static_cast<double>(g.memory_used));
  f.gauge("sekisho_memory_waiting", "Bodies that wait for memory (limits.admit).",
          static_cast<double>(g.memory_waiting));
  f.gauge("sekisho_memory_limit_bytes", "limits.memory.", static_cast<double>(g.memory_limit));
  f.gauge("sekisho_ca_days_left", "Days until the CA certificate ends.", g.ca_days_left);
  f.gauge("sekisho_policy_loaded_timestamp_seconds", "When the policy in force was loaded.",
          g.policy_loaded_at);
  add_endings(f, g);
  add_sinks(f, g.sinks);
  f.gauge("sekisho_geo_warning", "1 when a country database is absent or old.", g.geo_warning);
  f.gauge("sekisho_ready", "1 when /readyz answers 200.", g.ready);
  return prometheus::TextSerializer().Serialize(f.all);
}

}  // namespace sekisho::gateway
