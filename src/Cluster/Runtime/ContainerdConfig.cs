using System.Globalization;

namespace Navarch.Cluster.Runtime;

/// <summary>What a cluster's own containerd is told. Everything it touches lies in the profile's folders.</summary>
public sealed record ContainerdConfig
{
    public required string Root { get; init; }
    public required string State { get; init; }

    /// <summary>Where runc keeps what it knows of each container; by default shared with every containerd of the machine.</summary>
    public required string RuncRoot { get; init; }

    public required string Socket { get; init; }
    public required string CniBinaries { get; init; }
    public required string CniConfig { get; init; }
    public required string SandboxImage { get; init; }

    /// <summary>A folder of <c>hosts.toml</c> files, one folder per registry.</summary>
    public required string RegistryConfig { get; init; }

    /// <summary>
    /// Whether containers' OOM scores are clamped to the daemon's own: needed where the machine lacks CAP_SYS_RESOURCE
    /// (most nested virtual machines and containers), because lowering a score is refused there and no container would start.
    /// </summary>
    public required bool RestrictOomScore { get; init; }

    /// <summary>The configuration file for a containerd of the given major and minor version.</summary>
    public string ToToml(ContainerdVersion version) => version.Major >= 2 ? Version3() : Version2();

    // containerd 1.6 and 1.7: one CRI plugin.
    private string Version2() =>
        $"""
        version = 2
        root = {Quote(Root)}
        state = {Quote(State)}
        disabled_plugins = {DisabledPlugins}

        [grpc]
          address = {Quote(Socket)}

        [plugins."io.containerd.internal.v1.opt"]
          path = {Quote(Path.Combine(Root, "opt"))}

        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = {Quote(SandboxImage)}
          restrict_oom_score_adj = {Bool(RestrictOomScore)}
          netns_mounts_under_state_dir = true
          disable_tcp_service = true
          stream_server_address = "127.0.0.1"
          stream_server_port = "0"

          [plugins."io.containerd.grpc.v1.cri".containerd]
            snapshotter = "overlayfs"
            default_runtime_name = "runc"

            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
              runtime_type = "io.containerd.runc.v2"

              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                SystemdCgroup = false
                Root = {Quote(RuncRoot)}

          [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = {Quote(CniBinaries)}
            conf_dir = {Quote(CniConfig)}

          [plugins."io.containerd.grpc.v1.cri".registry]
            config_path = {Quote(RegistryConfig)}

        """;

    // containerd 2: the CRI plugin is split into images and runtime.
    private string Version3() =>
        $"""
        version = 3
        root = {Quote(Root)}
        state = {Quote(State)}
        disabled_plugins = {DisabledPlugins}

        [grpc]
          address = {Quote(Socket)}

        [plugins."io.containerd.internal.v1.opt"]
          path = {Quote(Path.Combine(Root, "opt"))}

        [plugins."io.containerd.cri.v1.images"]
          snapshotter = "overlayfs"

          [plugins."io.containerd.cri.v1.images".pinned_images]
            sandbox = {Quote(SandboxImage)}

          [plugins."io.containerd.cri.v1.images".registry]
            config_path = {Quote(RegistryConfig)}

        [plugins."io.containerd.cri.v1.runtime"]
          restrict_oom_score_adj = {Bool(RestrictOomScore)}
          netns_mounts_under_state_dir = true

          [plugins."io.containerd.cri.v1.runtime".containerd]
            default_runtime_name = "runc"

            [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
              runtime_type = "io.containerd.runc.v2"

              [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
                SystemdCgroup = false
                Root = {Quote(RuncRoot)}

          [plugins."io.containerd.cri.v1.runtime".cni]
            bin_dir = {Quote(CniBinaries)}
            conf_dir = {Quote(CniConfig)}

        [plugins."io.containerd.grpc.v1.cri"]
          disable_tcp_service = true
          stream_server_address = "127.0.0.1"
          stream_server_port = "0"

        """;

    // Snapshotters that probe other file systems at every start and log an error for each, NRI (it opens a socket in
    // /var/run/nri, which the machine's own containerd owns) and tracing.
    private const string DisabledPlugins =
        """
        ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.blockfile", "io.containerd.nri.v1.nri", "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp"]
        """;

    private static string Bool(bool value) => value ? "true" : "false";

    // TOML basic strings escape as JSON strings do, for the characters a path can hold.
    private static string Quote(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}

/// <summary>The version of the machine's containerd, of which the configuration's format depends.</summary>
public readonly record struct ContainerdVersion(int Major, int Minor)
{
    /// <summary>Reads what <c>containerd --version</c> prints: <c>containerd github.com/containerd/containerd 1.6.20~ds1 …</c>.</summary>
    public static ContainerdVersion Parse(string output)
    {
        foreach (var word in output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = word.TrimStart('v').Split('.', '~', '-', '+');
            if (parts.Length >= 2
                && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
                && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
            {
                return new ContainerdVersion(major, minor);
            }
        }

        throw new ClusterException($"`containerd --version` printed \"{output.Trim()}\"", "install containerd 1.6 or newer");
    }
}
