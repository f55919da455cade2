#include "gateway/commands/providers_update.h"

#include <cstdio>

#include "config/text_file.h"
#include "gateway/commands/catalogue_changes.h"
#include "gateway/commands/language.h"
#include "gateway/commands/named_file.h"
#include "gateway/commands/telling.h"
#include "gateway/configuration.h"
#include "gateway/replace_file.h"

namespace sekisho::gateway {
namespace {

int say(int code, const std::string& why) {
  tell("sekisho providers update", why);
  return code;
}

bool print(const config::Problems& problems) {
  tell_problems(problems);
  return !problems.empty();
}

// What the policy says of the new catalogue: names that are gone, its own tests.
int refused_by_policy(const UpdateRequest& request, std::int64_t now) {
  config::Problems problems;
  const auto snapshot = load_snapshot(request.config, now, problems, {"", request.file});
  if (print(problems) || !snapshot)
    return say(1, "the policy does not hold under " + request.file + "; nothing was changed");
  int failed = 0;
  for (const auto& test : policy::run_policy_tests(*snapshot, now)) {
    if (test.passed) continue;
    ++failed;
    tell("the test '" + test.name + "' of the policy fails: " + test.got);
  }
  if (failed == 0 || request.force) return 0;
  return say(1, "the policy fails its own tests under " + request.file +
                    "; nothing was changed. --force takes it all the same, but the gateway will "
                    "not load it until the tests are mended");
}

void show(const CatalogueChanges& changes, bool json) {
  const std::string out = json ? changes_json(changes) : changes_text(changes, speaks_japanese());
  std::fwrite(out.data(), 1, out.size(), stdout);
}

}  // namespace

int update_catalogue(const UpdateRequest& request, std::int64_t now) {
  const auto gateway = read_named_gateway_file(request.config);
  if (!gateway) return 2;
  const std::string& target = gateway->catalogue_providers.value;
  if (target.empty())
    return say(2, request.config +
                      " names no catalogue of its own, and the shipped one comes with the program. "
                      "Write `catalogue: { providers: providers.yaml }`, put a copy there, and try "
                      "again");
  config::Problems problems;
  const auto text = config::read_text_file(request.file, problems);
  if (print(problems) || !text) return 2;
  const config::Catalogue fresh = config::load_catalogue(request.file, "", problems);
  if (print(problems)) return say(1, request.file + " has problems; nothing was changed");
  const config::Catalogue old = config::load_catalogue(target, "", problems);
  if (print(problems) && !request.force)
    return say(1, "the catalogue in use has problems; --force replaces it");
  if (fresh.as_of < old.as_of && !request.force)
    return say(1, request.file + " is of " + (fresh.as_of.empty() ? "no date" : fresh.as_of) +
                      ", older than the one in use (" + old.as_of + "); --force takes it");
  if (const int code = refused_by_policy(request, now)) return code;
  show(changes_between(old, fresh), request.json);
  if (request.dry_run) return 0;
  if (const auto before = config::read_text_file(target, problems))
    if (const std::string why = replace_file(target + ".previous", *before, FileMode::kKept);
        !why.empty())
      return say(2, why);
  if (const std::string why = replace_file(target, *text, FileMode::kKept); !why.empty())
    return say(2, why);
  std::fprintf(stderr, "%s\n",
               speaks_japanese() ? "置き換えました。reload で有効になります"
                                 : "replaced; it counts after a reload");
  return 0;
}

}  // namespace sekisho::gateway
