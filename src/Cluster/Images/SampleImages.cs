using System.Runtime.InteropServices;
using Navarch.Cluster.Packages;
using Navarch.Cluster.Profiles;

namespace Navarch.Cluster.Images;

/// <summary>
/// Small images under the names everybody knows, made of the distribution's own packages: for a demo, and for machines
/// that reach no registry. Packages are unpacked, not installed, so that no server starts on the machine itself.
/// </summary>
public sealed class SampleImages(IProgressReporter progress)
{
    private static readonly RequiredPackage BusyboxPackage = RequiredPackage.Program("busybox-static", "the shell in the images", "busybox");
    private static readonly RequiredPackage NginxPackage = RequiredPackage.Program("nginx-light", "the web server image", "nginx");
    private static readonly RequiredPackage CurlPackage = RequiredPackage.Program("curl", "the image that asks web servers", "curl");
    private static readonly RequiredPackage RedisPackage = RequiredPackage.Program("redis-server", "the database image", "redis-server");

    private static readonly SampleImage Busybox = new([BusyboxPackage], (files, architecture) => new OciImage
    {
        Name = "docker.io/library/busybox:latest",
        OtherNames = ["docker.io/library/busybox:1.36"],
        Architecture = architecture,
        Entries = [.. Base(files)],
        Command = ["sh"],
    });

    private static readonly SampleImage Nginx = new([BusyboxPackage, NginxPackage], (files, architecture) => NginxOf(files, architecture, "latest", "1.27"));

    // The same server with another page: what a rollout changes must be seen.
    private static readonly SampleImage NginxNext = new([BusyboxPackage, NginxPackage], (files, architecture) => NginxOf(files, architecture, "1.28"));

    private static readonly SampleImage Redis = new([BusyboxPackage, RedisPackage], (files, architecture) => new OciImage
    {
        Name = "docker.io/library/redis:latest",
        OtherNames = ["docker.io/library/redis:7"],
        Architecture = architecture,
        Entries = [.. Base(files), .. files.Program("/usr/bin/redis-server"), .. files.Program("/usr/bin/redis-cli"), ImageEntry.Folder("/data")],
        Command = ["redis-server", "--protected-mode", "no", "--dir", "/data"],
        WorkingFolder = "/data",
    });

    private static readonly SampleImage Curl = new([BusyboxPackage, CurlPackage], (files, architecture) => new OciImage
    {
        Name = "docker.io/curlimages/curl:latest",
        Architecture = architecture,
        Entries = [.. Base(files), .. files.Program("/usr/bin/curl")],
        Command = ["curl"],
    });

    private static readonly SampleImage Visits = new([BusyboxPackage], (files, architecture) => new OciImage
    {
        Name = "docker.io/navarch/visits:1",
        Architecture = architecture,
        Entries =
        [
            .. Base(files),
            ImageEntry.Executable("/www/cgi-bin/index.cgi", System.Text.Encoding.UTF8.GetBytes(VisitsPage)),
            ImageEntry.Text("/www/healthz", "ok\n"),
        ],
        Command = ["httpd", "-f", "-p", "8080", "-h", "/www"],
    });

    /// <summary>busybox, nginx in two versions, redis and curl.</summary>
    public static IReadOnlyList<SampleImage> All { get; } = [Busybox, Nginx, NginxNext, Redis, Curl];

    /// <summary>What <c>examples/demo</c> runs.</summary>
    public static IReadOnlyList<SampleImage> Demo { get; } = [Redis, Visits];

    /// <summary>Fetches what is missing and describes the images. They are built when they are loaded.</summary>
    public async Task<IReadOnlyList<OciImage>> BuildAsync(ProfilePaths paths, IReadOnlyList<SampleImage> images, CancellationToken ct)
    {
        var unpacked = Path.Combine(paths.State, "packages");
        Directory.CreateDirectory(unpacked);
        var files = new FileTree([unpacked, "/"]);

        // A package fetched earlier lies unpacked: it counts as present.
        var packages = images.SelectMany(image => image.Packages).Distinct()
            .Select(package => package with { IsPresent = () => package.IsPresent() || File.Exists(Path.Combine(unpacked, "." + package.Name)) })
            .ToList();
        await new AptPackages(progress).UnpackAsync(packages, unpacked, ct);
        foreach (var package in packages)
        {
            await File.WriteAllTextAsync(Path.Combine(unpacked, "." + package.Name), "", ct);
        }

        return [.. images.Select(image => image.Describe(files, MachineArchitecture.Current))];
    }

    private static OciImage NginxOf(FileTree files, Architecture architecture, string tag, params IReadOnlyList<string> otherTags) => new()
    {
        Name = $"docker.io/library/nginx:{tag}",
        OtherNames = [.. otherTags.Select(other => $"docker.io/library/nginx:{other}")],
        Architecture = architecture,
        Entries =
        [
            .. Base(files),
            .. files.Program("/usr/sbin/nginx"),
            ImageEntry.Text("/etc/nginx/nginx.conf", NginxConfig),
            ImageEntry.Text("/usr/share/nginx/html/index.html", $"<!DOCTYPE html><title>Welcome to nginx!</title><h1>Welcome to nginx!</h1><p>{tag}</p>\n"),
            ImageEntry.Folder("/var/log/nginx"),
            ImageEntry.Folder("/var/lib/nginx"),
        ],
        Command = ["nginx", "-g", "daemon off;"],
        StopSignal = "SIGQUIT",
    };

    // busybox under all names a shell script or a debugging person uses, and the two files that give user ids names.
    private static IEnumerable<ImageEntry> Base(FileTree files) =>
    [
        .. files.Program(files.Find("/bin/busybox") is null ? "/usr/bin/busybox" : "/bin/busybox").Select(entry => entry with { Path = "/bin/busybox" }).Take(1),
        .. Applets.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(applet => ImageEntry.Link("/bin/" + applet, "busybox")),
        ImageEntry.Text("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"),
        ImageEntry.Text("/etc/group", "root:x:0:\nnogroup:x:65534:\n"),
        ImageEntry.Folder("/root"),
        ImageEntry.Folder("/proc"),
        ImageEntry.Folder("/sys"),
        ImageEntry.Folder("/dev"),
        ImageEntry.Folder("/tmp", (UnixFileMode)0b1_111_111_111),
        ImageEntry.Folder("/var/run"),
    ];

    private const string Applets =
        "ash awk basename cat chmod chown cp cut date dd df diff dirname dmesg du echo env expr false find free grep gunzip gzip head hostname "
        + "httpd id ifconfig ip kill less ln ls md5sum mkdir mktemp more mount mv nc netstat nslookup od ping printf ps pwd readlink realpath "
        + "rm rmdir route sed seq sh sha256sum sleep sort stat stty tail tar tee telnet test time timeout top touch tr traceroute true tty "
        + "umount uname uniq uptime vi watch wc wget which whoami xargs yes";

    private const string NginxConfig =
        """
        user nobody nogroup;
        worker_processes 1;
        error_log stderr notice;
        pid /tmp/nginx.pid;
        events { worker_connections 512; }
        http {
          default_type text/plain;
          types { text/html html; text/css css; application/javascript js; application/json json; }
          access_log /dev/stdout;
          client_body_temp_path /tmp/body;
          proxy_temp_path /tmp/proxy;
          fastcgi_temp_path /tmp/fastcgi;
          uwsgi_temp_path /tmp/uwsgi;
          scgi_temp_path /tmp/scgi;
          server {
            listen 80;
            root /usr/share/nginx/html;
            index index.html;
          }
        }

        """;

    private const string VisitsPage =
        """
        #!/bin/sh
        visits=$(printf 'AUTH %s\r\nINCR visits\r\nQUIT\r\n' "$DATABASE_PASSWORD" | nc -w 3 "$DATABASE_HOST" "${DATABASE_PORT:-6379}" | sed -n 's/^:\([0-9]*\).*$/\1/p')
        if [ -n "$visits" ]; then
          printf 'Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n'
          echo "Hello from $(hostname). You are visitor number $visits."
        else
          printf 'Status: 503 Service Unavailable\r\nContent-Type: text/plain\r\n\r\n'
          echo "The database at $DATABASE_HOST does not answer."
        fi

        """;
}

/// <summary>An image that can be made here: of which packages, and how.</summary>
public sealed record SampleImage
{
    internal SampleImage(IReadOnlyList<RequiredPackage> packages, Func<FileTree, Architecture, OciImage> describe) =>
        (Packages, Describe) = (packages, describe);

    internal IReadOnlyList<RequiredPackage> Packages { get; }

    internal Func<FileTree, Architecture, OciImage> Describe { get; }
}
