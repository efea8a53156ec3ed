using Navarch.Cluster.Images;
using Navarch.Cluster.Packages;

namespace Navarch.Cluster.Tests.Packages;

/// <summary>With a stand-in for apt-get: what the real one installs is another matter than how it is asked.</summary>
public sealed class AptPackagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_is_run_where_everything_is_present()
    {
        var apt = Apt("exit 1");

        await apt.EnsureAsync([Package("a", isPresent: () => true)], TestContext.Current.CancellationToken);

        Assert.False(File.Exists(_folder["calls"]));
    }

    [Fact]
    public async Task Only_what_is_missing_is_installed_by_name()
    {
        var apt = Apt($"touch {_folder["b-installed"]}");

        await apt.EnsureAsync(
            [Package("a", () => true), Package("b", () => File.Exists(_folder["b-installed"]))], TestContext.Current.CancellationToken);

        var call = Assert.Single(File.ReadAllLines(_folder["calls"]));
        Assert.StartsWith("install ", call, StringComparison.Ordinal);
        Assert.EndsWith(" b", call, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Package_lists_are_refreshed_where_a_package_is_unknown()
    {
        var apt = Apt($"case $1 in update) touch {_folder["updated"]};; *) [ -e {_folder["updated"]} ] || exit 100; touch {_folder["b-installed"]};; esac");

        await apt.EnsureAsync([Package("b", () => File.Exists(_folder["b-installed"]))], TestContext.Current.CancellationToken);

        Assert.Equal(["install", "update", "install"], File.ReadAllLines(_folder["calls"]).Select(call => call.Split(' ')[0]));
    }

    [Fact]
    public async Task A_package_that_cannot_be_had_is_named_with_what_it_is_for_and_why()
    {
        var apt = Apt("echo 'E: Unable to locate package b' >&2; exit 100");

        var failure = await Assert.ThrowsAsync<ClusterException>(() => apt.EnsureAsync([Package("b", () => false)], TestContext.Current.CancellationToken));

        Assert.Equal("b (does things) cannot be installed: Unable to locate package b", failure.Message);
        Assert.Contains("package mirror", failure.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_that_brings_not_what_was_expected_is_an_error()
    {
        var failure = await Assert.ThrowsAsync<ClusterException>(() => Apt("exit 0").EnsureAsync([Package("b", () => false)], TestContext.Current.CancellationToken));

        Assert.StartsWith("b was installed but", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_apt_is_told_what_to_install()
    {
        var apt = new AptPackages(SilentProgress.Instance, _folder["no-apt"]);

        var failure = await Assert.ThrowsAsync<ClusterException>(() => apt.EnsureAsync([Package("b", () => false)], TestContext.Current.CancellationToken));

        Assert.Contains("b (does things)", failure.Message, StringComparison.Ordinal);
    }

    private static RequiredPackage Package(string name, Func<bool> isPresent) => new(name, "does things", isPresent);

    private AptPackages Apt(string script)
    {
        File.WriteAllText(_folder["apt-get"], $"#!/bin/sh\necho \"$@\" >> {_folder["calls"]}\n{script}\n");
        File.SetUnixFileMode(_folder["apt-get"], ImageEntry.ExecutableMode);
        return new AptPackages(SilentProgress.Instance, _folder["apt-get"]);
    }
}
