using Navarch.Cluster.Processes;

namespace Navarch.Cluster.Packages;

/// <summary>Has the distribution's packages that are needed and not there installed, and nothing else.</summary>
/// <param name="aptGet">The program that is run; another one in tests.</param>
public sealed class AptPackages(IProgressReporter progress, string aptGet = "apt-get")
{
    private static readonly IReadOnlyDictionary<string, string> Environment = new Dictionary<string, string>
    {
        ["DEBIAN_FRONTEND"] = "noninteractive",
        ["NEEDRESTART_SUSPEND"] = "1", // Ubuntu asks on the terminal which services to restart.
        ["LC_ALL"] = "C.UTF-8",
    };

    /// <summary>Returns at once where everything is present.</summary>
    /// <exception cref="ClusterException">A package cannot be had; the message names it and says what it is for.</exception>
    public async Task EnsureAsync(IReadOnlyList<RequiredPackage> packages, CancellationToken ct)
    {
        var missing = packages.Where(package => !package.IsPresent()).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        var names = string.Join(' ', missing.Select(package => package.Name));
        RequireApt(missing);
        await progress.StepAsync($"Installing {names}", async detail =>
        {
            var outcome = await InstallAsync(missing, detail, ct);
            if (!outcome.Succeeded)
            {
                // The machine's package lists may be old or absent, as in a fresh container image.
                detail("refreshing package lists");
                var update = await Tool.RunAsync(aptGet, ["update", "-q"], ct, environment: Environment);
                outcome = await InstallAsync(missing, detail, ct);
                if (!outcome.Succeeded)
                {
                    throw CannotInstall(missing, update.Succeeded ? outcome : update);
                }
            }

            if (missing.FirstOrDefault(package => !package.IsPresent()) is { } absent)
            {
                throw new ClusterException($"{absent.Name} was installed but does not hold what is needed", $"install {absent.Name} in another way; it {absent.Purpose}");
            }
        });
    }

    /// <summary>
    /// Unpacks packages into a folder without installing them: a database server that only a container is to run must not
    /// be started on the machine.
    /// </summary>
    /// <returns>Whether anything had to be fetched; where all are installed the machine's own files serve.</returns>
    public async Task UnpackAsync(IReadOnlyList<RequiredPackage> packages, string folder, CancellationToken ct)
    {
        var missing = packages.Where(package => !package.IsPresent()).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        RequireApt(missing);
        await progress.StepAsync($"Fetching {string.Join(' ', missing.Select(package => package.Name))}", async detail =>
        {
            var archives = Path.Combine(folder, "archives");
            Directory.CreateDirectory(Path.Combine(archives, "partial"));
            IReadOnlyList<string> arguments =
            [
                "install", "--download-only", "--yes", "--no-install-recommends", "-q",
                "-o", $"Dir::Cache::archives={archives}", "-o", "APT::Sandbox::User=root",
                .. missing.Select(package => package.Name),
            ];
            var outcome = await Tool.RunAsync(aptGet, arguments, ct, Shown(detail), Environment);
            if (!outcome.Succeeded)
            {
                detail("refreshing package lists");
                var update = await Tool.RunAsync(aptGet, ["update", "-q"], ct, environment: Environment);
                outcome = await Tool.RunAsync(aptGet, arguments, ct, Shown(detail), Environment);
                if (!outcome.Succeeded)
                {
                    throw CannotInstall(missing, update.Succeeded ? outcome : update);
                }
            }

            foreach (var archive in Directory.EnumerateFiles(archives, "*.deb").Order(StringComparer.Ordinal))
            {
                detail(Path.GetFileName(archive).Split('_')[0]);
                await Tool.RequireAsync("dpkg-deb", ["--extract", archive, folder], "see whether the disk is full", ct);
            }

            Directory.Delete(archives, recursive: true);
        });
    }

    private Task<Tool.Outcome> InstallAsync(IReadOnlyList<RequiredPackage> packages, Action<string> detail, CancellationToken ct) =>
        Tool.RunAsync(
            aptGet,
            ["install", "--yes", "--no-install-recommends", "-q", "-o", "Dpkg::Options::=--force-confold", .. packages.Select(package => package.Name)],
            ct,
            Shown(detail),
            Environment);

    private static Action<string> Shown(Action<string> detail) => line =>
    {
        if (line.StartsWith("Get:", StringComparison.Ordinal) || line.StartsWith("Unpacking ", StringComparison.Ordinal) || line.StartsWith("Setting up ", StringComparison.Ordinal))
        {
            detail(line.Trim());
        }
    };

    private void RequireApt(IReadOnlyList<RequiredPackage> missing)
    {
        if (Tool.Find(aptGet) is null)
        {
            throw new ClusterException(
                $"{string.Join(", ", missing.Select(package => $"{package.Name} ({package.Purpose})"))} missing, and this machine has no apt-get to install from",
                "install them with the distribution's own tool, then try again");
        }
    }

    private static ClusterException CannotInstall(IReadOnlyList<RequiredPackage> missing, Tool.Outcome outcome)
    {
        var reason = outcome.Error.Split('\n').Where(line => line.StartsWith("E:", StringComparison.Ordinal)).Select(line => line[2..].Trim()).FirstOrDefault() ?? outcome.Complaint;
        return new ClusterException(
            $"{string.Join(", ", missing.Select(package => $"{package.Name} ({package.Purpose})"))} cannot be installed: {reason}",
            "see that the machine reaches its package mirror (`apt-get update`), or install the packages yourself");
    }
}
