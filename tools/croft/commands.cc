#include "tools/croft/commands.h"

#include <CLI/CLI.hpp>

#include "api/base/log.h"
#include "tools/cluster/init.h"
#include "tools/croft/chart_commands.h"
#include "tools/croft/cluster.h"
#include "tools/croft/command_line.h"
#include "tools/croft/completion.h"
#include "tools/croft/daemons.h"
#include "tools/croft/release_verbs.h"
#include "tools/croft/terminal.h"
#include "tools/croft/verbs.h"

namespace croft::cli {
namespace {

// The options of every verb, kept where CLI11 can write them, and what to run in the end.
struct CommandLine {
  CLI::App app{
      "Croft runs the machines of a lab: declare services, routes and certificates in YAML, and it makes them so."};
  Globals globals;
  std::string log_level = "info";
  std::string log_format = "text";
  int code = 0;

  ApplyOptions apply;
  GetOptions get;
  DescribeOptions describe;
  DeleteOptions remove;
  LogsOptions logs;
  ServerOptions server;
  AgentOptions agent;
  std::string token_dir = "/var/lib/croft";
  std::string shell;
  std::vector<std::string> words;
  bool client_only = false;
  std::string cluster = "lab";
  std::string argument;
  int nodes = 3;
  int revision = 0;
};

CLI::App* Verb(CLI::App& parent, CommandLine& line, const std::string& name, const std::string& what,
               const std::string& example, std::function<int()> run) {
  return AddVerb(parent, line.code, name, what, example, std::move(run));
}

// The hidden verbs are left out.
CommandWords WordsOf(CLI::App& app) {
  CommandWords words{.name = app.get_name()};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) continue;
    std::vector<std::string> names;
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    words.options.push_back({std::move(names), option->get_items_expected_min() > 0});
  }
  const auto shown = [](const CLI::App* verb) { return !verb->get_group().empty(); };
  for (CLI::App* verb : app.get_subcommands(shown)) words.verbs.push_back(WordsOf(*verb));
  return words;
}

void AddNamespace(CLI::App* verb, CommandLine& line, bool all) {
  AddNamespaceOption(verb, line.globals.ns);
  if (all) verb->add_flag("-A,--all-namespaces", line.globals.all_namespaces, "In all namespaces");
}

void AddObjectVerbs(CommandLine& line) {
  CLI::App* verb =
      Verb(line.app, line, "apply", "Make objects as files declare them",
           "croft apply -f manifests/samples/whoami.yaml", [&line] { return Apply(line.globals, line.apply); });
  verb->add_option("-f,--filename", line.apply.files, "Files, folders, or - for standard input")->required();
  verb->add_flag("-R,--recursive", line.apply.recursive, "Folders within folders too");
  verb->add_flag("--dry-run", line.apply.dry_run, "Check everything on the server, store nothing");
  AddNamespace(verb, line, false);

  verb = Verb(line.app, line, "get", "Show objects as a table, or as YAML or JSON; or what a release is made of",
              "croft get pods -A -o wide", [&line] {
                const std::vector<std::string>& what = line.get.what;
                if (what.size() != 2 || !IsPartOfRelease(what[0])) return Get(line.globals, line.get);
                return GetOfRelease(line.globals, what[0], what[1], line.revision);
              });
  verb->add_option(
          "what", line.get.what,
          "Resources and names: pods | pods web-1 | deploy/web | lab; or values | manifest | notes | hooks and "
          "a release")
      ->required();
  verb->add_option("--revision", line.revision, "Of that revision of the release")->check(CLI::PositiveNumber);
  verb->add_option("-o,--output", line.get.output, "wide, yaml, json or name");
  verb->add_option("-l,--selector", line.get.selector, "Labels: app=web,tier!=back");
  verb->add_option("--field-selector", line.get.field_selector, "Fields: spec.nodeName=lab-1");
  verb->add_flag("-w,--watch", line.get.watch, "Go on and show changes");
  verb->add_flag("--no-headers", line.get.no_headers, "Leave the headers out");
  AddNamespace(verb, line, true);

  verb = Verb(line.app, line, "describe", "Show an object with its conditions and events", "croft describe lsvc whoami",
              [&line] { return Describe(line.globals, line.describe); });
  verb->add_option("what", line.describe.what, "Resources and names")->required();
  verb->add_option("-l,--selector", line.describe.selector, "Labels");
  AddNamespace(verb, line, true);

  verb = Verb(line.app, line, "delete", "Delete objects", "croft delete lsvc whoami",
              [&line] { return Delete(line.globals, line.remove); });
  verb->add_option("what", line.remove.what, "Resources and names");
  verb->add_option("-f,--filename", line.remove.files, "Files, folders, or -: what they declare is deleted");
  verb->add_flag("-R,--recursive", line.remove.recursive, "Folders within folders too");
  verb->add_option("-l,--selector", line.remove.selector, "Labels");
  verb->add_flag("--all", line.remove.all, "All of that resource in the namespace");
  verb->add_flag("--ignore-not-found", line.remove.ignore_not_found, "What is not there is no failure");
  verb->add_flag("--wait,!--no-wait", line.remove.wait, "Wait until they are gone (default)");
  verb->add_option("--grace-period", line.remove.grace_period, "Seconds that containers get to end");
  AddNamespace(verb, line, false);

  verb = Verb(line.app, line, "logs", "Show what containers print", "croft logs -f lsvc/whoami",
              [&line] { return Logs(line.globals, line.logs); });
  verb->add_option("what", line.logs.what, "A pod, or TYPE/NAME that selects pods");
  verb->add_option("-c,--container", line.logs.container, "Container (default: the first)");
  verb->add_option("-l,--selector", line.logs.selector, "Labels of pods");
  verb->add_flag("-f,--follow", line.logs.follow, "Go on as it comes");
  verb->add_flag("-p,--previous", line.logs.previous, "Of the container before its last restart");
  verb->add_flag("--timestamps", line.logs.timestamps, "With the time of each line");
  verb->add_option("--tail", line.logs.tail, "Only the last lines");
  verb->add_option("--since", line.logs.since, "Only what is newer: 90s, 10m, 2h");
  AddNamespace(verb, line, false);
}

void AddDaemons(CommandLine& line) {
  CLI::App* verb = Verb(line.app, line, "server", "Run a lab's server on this machine",
                        "croft server --data-dir /var/lib/croft", [&line] { return RunServer(line.server); });
  verb->add_option("--data-dir", line.server.data_dir, "Where everything is kept")->capture_default_str();
  verb->add_option("--listen", line.server.listen, "ADDR:PORT of the API")->capture_default_str();
  verb->add_option("--write-kubeconfig", line.server.write_kubeconfig, "Where to write an administrator's kubeconfig")
      ->capture_default_str();
  verb->add_option("--advertise-address", line.server.advertise_address,
                   "Address at which other machines reach this one");
  verb->add_option("--public-address", line.server.public_address, "Addresses at which Ingresses answer")
      ->delimiter(',');
  verb->add_option("--disable", line.server.disable, "Parts to leave out: agent, ingress, certificates, controllers")
      ->delimiter(',');
  verb->add_option("--http-listen", line.server.http_listen, "ADDR:PORT of plain HTTP routes")->capture_default_str();
  verb->add_option("--https-listen", line.server.https_listen, "ADDR:PORT of HTTPS routes")->capture_default_str();
  verb->add_option("--node-name", line.server.node_name, "Name of this machine's Node (default: the host name)");
  verb->add_option("--pod-network", line.server.pod_network, "Addresses of pods")->capture_default_str();
  verb->add_option("--service-network", line.server.service_network, "Addresses of Services")->capture_default_str();
  verb->set_config("--config", "", "File with the same names as these options");

  verb = Verb(line.app, line, "agent", "Make this machine a node of a lab",
              "croft agent --server https://10.0.0.1:6443 --token croft1...", [&line] { return RunAgent(line.agent); });
  verb->add_option("--data-dir", line.agent.data_dir, "Where everything is kept")->capture_default_str();
  verb->add_option("--server", line.agent.server, "The lab's API: https://ADDR:6443")->required();
  verb->add_option("--token", line.agent.token, "Join token (croft token prints it on the server)");
  verb->add_option("--token-file", line.agent.token_file, "File that holds the join token");
  verb->add_option("--node-name", line.agent.node_name, "Name of the Node (default: the host name)");
  verb->add_option("--node-ip", line.agent.node_ip, "Address at which other machines reach this one");
  verb->add_option("--cgroup-parent", line.agent.cgroup_parent, "Cgroup below which containers run");
  verb->add_option("--pod-network", line.agent.pod_network, "Addresses of pods")->capture_default_str();
  verb->add_option("--kubelet-port", line.agent.kubelet_port, "Port at which the server asks for logs")
      ->capture_default_str();
  verb->set_config("--config", "", "File with the same names as these options");

  verb = Verb(line.app, line, "token", "Print the token with which machines join", "croft token",
              [&line] { return PrintToken(line.token_dir); });
  verb->add_option("--data-dir", line.token_dir, "The server's data directory")->capture_default_str();
}

void AddCluster(CommandLine& line) {
  CLI::App* cluster =
      line.app.add_subcommand("cluster", "Local clusters on this machine, each node in namespaces of its own");
  cluster->require_subcommand(1);
  const auto named = [&line](CLI::App* verb) {
    verb->add_option("name", line.cluster, "Name of the cluster")->capture_default_str();
  };
  const auto with_name = [&line](CLI::App* verb) {
    verb->add_option("--name", line.cluster, "Name of the cluster")->capture_default_str();
  };

  CLI::App* verb =
      Verb(*cluster, line, "create", "Make a cluster and wait until it is ready", "croft cluster create lab --nodes 3",
           [&line] { return ClusterCreate(line.cluster, line.nodes); });
  named(verb);
  verb->add_option("--nodes", line.nodes, "How many nodes")->capture_default_str()->check(CLI::Range(1, 100));
  named(Verb(*cluster, line, "start", "Bring a cluster up again, as after a restart of the machine",
             "croft cluster start lab", [&line] { return ClusterStart(line.cluster); }));
  named(Verb(*cluster, line, "delete", "Remove a cluster and all that belongs to it", "croft cluster delete lab",
             [&line] { return ClusterDelete(line.cluster); }));
  Verb(*cluster, line, "list", "Show the clusters of this machine", "croft cluster list", [] { return ClusterList(); });
  named(Verb(*cluster, line, "kubeconfig", "Print a cluster's kubeconfig", "croft cluster kubeconfig lab > ~/.kube/lab",
             [&line] { return ClusterKubeconfig(line.cluster); }));

  verb = Verb(*cluster, line, "load", "Put an image of this machine's Podman on all nodes",
              "croft cluster load localhost/whoami:v1", [&line] { return ClusterLoad(line.cluster, line.argument); });
  verb->add_option("image", line.argument, "Image with its tag")->required();
  with_name(verb);
  verb = Verb(*cluster, line, "stop-node", "Stop a node as if its power were cut", "croft cluster stop-node lab-2",
              [&line] { return ClusterStopNode(line.cluster, line.argument); });
  verb->add_option("node", line.argument, "Node, as get nodes shows it")->required();
  with_name(verb);
  verb = Verb(*cluster, line, "start-node", "Start a stopped node", "croft cluster start-node lab-2",
              [&line] { return ClusterStartNode(line.cluster, line.argument); });
  verb->add_option("node", line.argument, "Node")->required();
  with_name(verb);
  verb = Verb(*cluster, line, "pid", "Print the process id of a member's croft", "croft cluster pid lab-server",
              [&line] { return ClusterPid(line.cluster, line.argument); });
  verb->add_option("member", line.argument, "A node, or NAME-server")->required();
  with_name(verb);

  verb = line.app.add_subcommand("cluster-init", "");
  verb->group("");  // for croft itself
  verb->add_option("spec", line.argument)->required();
  verb->callback([&line] { line.code = cluster::RunInit(line.argument); });
}

void AddRest(CommandLine& line) {
  CLI::App* ca = line.app.add_subcommand("ca", "The lab's certificate authority");
  ca->require_subcommand(1);
  Verb(*ca, line, "root", "Print the root certificate", "croft ca root > lab-root.crt",
       [&line] { return CaRoot(line.globals); });

  CLI::App* verb = Verb(line.app, line, "version", "Print the versions of this program and of the lab", "croft version",
                        [&line] { return Version(line.globals, line.client_only); });
  verb->add_flag("--client", line.client_only, "Only this program's");

  verb = Verb(line.app, line, "completion", "Print a completion script for a shell", "source <(croft completion bash)",
              [&line] { return PrintCompletionScript(line.shell); });
  verb->add_option("shell", line.shell, "bash, zsh or fish")->required();
  verb = line.app.add_subcommand("__complete", "");
  verb->group("");
  verb->prefix_command()->fallthrough(false);  // every word is data, those of verbs too
  verb->callback([&line, verb] {
    const std::unique_ptr<LabWords> lab = LiveLabWords();
    for (const std::string& word : Completions(WordsOf(line.app), verb->remaining(), *lab)) {
      std::printf("%s\n", word.c_str());
    }
  });
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CommandLine line;
  line.app.require_subcommand(1);
  line.app.fallthrough();
  line.app.add_option("--kubeconfig", line.globals.kubeconfig,
                      "The lab to talk to (default: $KUBECONFIG, ~/.kube/config)");
  line.app.add_option("--log-level", line.log_level, "debug, info, warn or error")->capture_default_str();
  line.app.add_option("--log-format", line.log_format, "text or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "json"}));
  line.app.parse_complete_callback([&line] {
    log::Level level = log::Level::kInfo;
    if (!log::ParseLevel(line.log_level, &level))
      throw CLI::ValidationError("--log-level", "must be debug, info, warn or error");
    log::Configure(level, line.log_format == "json" ? log::Format::kJson : log::Format::kText);
  });
  AddObjectVerbs(line);
  AddReleaseVerbs(line.app, line.globals, line.code);
  AddDaemons(line);
  AddCluster(line);
  AddRest(line);
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return line.app.exit(error);  // --help
    std::string what = error.what();
    const auto named = [&](const CLI::App* verb) { return verb->get_name() == argv[1]; };
    if (argc > 1 && argv[1][0] != '-' && line.app.get_subcommands(named).empty()) {
      what = "there is no verb \"" + std::string(argv[1]) + "\"";
    }
    const int code = Fail(what);
    std::fprintf(stderr, "Run 'croft --help', or --help after a verb.\n");
    return code;
  }
  return line.code;
}

}  // namespace croft::cli
