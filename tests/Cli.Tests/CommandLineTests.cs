namespace Navarch.Cli.Tests;

/// <summary>The command line as a whole, run in this process. Nothing here changes the machine.</summary>
[Collection("console")]
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("start", "-p", "Bad_Name")]
    [InlineData("status", "-p", "..")]
    [InlineData("delete", "-p", "a/b")]
    public async Task Bad_profile_names_are_refused_on_one_line(params string[] arguments)
    {
        var outcome = await ConsoleCapture.RunAsync(arguments);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Matches("^navarch: \".+\" cannot be a profile's name\\. Use .+\\.\n$", outcome.Error);
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("start", "--api-port", "0")]
    [InlineData("start", "--api-port", "70000")]
    [InlineData("start", "--api-port", "abc")]
    [InlineData("start", "surplus")]
    [InlineData("status", "-o", "xml")]
    [InlineData("image", "load")]
    [InlineData("backup")]
    [InlineData("backup", "/backups", "--keep", "0")]
    [InlineData("restore")]
    [InlineData("restore", "/backups/a.tar", "-o", "yaml")]
    [InlineData("secrets", "shout")]
    public async Task Misuse_is_told_on_one_line_with_where_to_read_on(params string[] arguments)
    {
        var outcome = await ConsoleCapture.RunAsync(arguments);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Equal("", outcome.Output);
        Assert.Matches("^navarch: .+ See `navarch.* --help`\\.\n$", outcome.Error);
    }

    [Fact]
    public async Task A_cluster_that_does_not_exist_is_a_state_and_not_an_error()
    {
        var outcome = await ConsoleCapture.RunAsync("status", "-p", "never-started", "-o", "json");

        Assert.Equal(4, outcome.ExitCode);
        Assert.Contains("\"state\": \"Absent\"", outcome.Output, StringComparison.Ordinal);
        Assert.Equal("", outcome.Error);
    }

    [Theory]
    [InlineData("there is no file /no/such.tar. Name a file that `navarch backup` has made.", "restore", "/no/such.tar")]
    [InlineData("there is no file /no/such.tar. Name a file that `navarch backup` has made.", "restore", "/no/such.tar", "--check", "-o", "json")]
    [InlineData("there is no cluster \"never-started\". Start one with `sudo navarch start -p never-started`.", "backup", "/no/such/folder/a.tar", "-p", "never-started")]
    [InlineData("there is no cluster \"never-started\". Start one with `sudo navarch start -p never-started`.", "secrets", "status", "-p", "never-started")]
    [InlineData("\"widgets\" cannot be encrypted: there is no such resource. Name resources as `secrets` or `deployments.apps`, separated by commas.", "start", "-p", "never-started", "--encrypt-resources", "secrets,widgets")]
    [InlineData("\"often\" is no schedule: expected exactly 5 fields, found 1: [often]. Give an interval such as 6h, or a cron expression such as \"0 3 * * *\".", "backup", "/no/such", "--schedule", "often")]
    public async Task What_cannot_be_done_is_told_on_one_line(string line, params string[] arguments)
    {
        var outcome = await ConsoleCapture.RunAsync(arguments);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("", outcome.Output);
        Assert.Equal($"navarch: {line}\n", outcome.Error);
    }

    [Fact]
    public async Task A_missing_archive_is_named()
    {
        var outcome = await ConsoleCapture.RunAsync("image", "load", "/no/such.tar");

        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("navarch: there is no file /no/such.tar.", outcome.Error, StringComparison.Ordinal);
    }
}
