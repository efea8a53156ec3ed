using Navarch.Testing;

namespace Navarch.Client.Tests.Files;

public sealed class FileValueTests : IDisposable
{
    private readonly FakeTime time = new();
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void What_files_say_is_read_again_when_they_have_changed()
    {
        File.WriteAllText(path, "one");
        var reads = 0;
        var value = new FileValue<string>([path], () => { reads++; return File.ReadAllText(path); }, time);
        Assert.Equal("one", value.Current);

        File.WriteAllText(path, "three");
        Assert.Equal("one", value.Current); // Looked at less than a second ago.
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("three", value.Current);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("three", 2), (value.Current, reads));
    }

    [Fact]
    public void While_files_cannot_be_read_what_they_said_before_stands()
    {
        File.WriteAllText(path, "one");
        var told = new List<string>();
        var value = new FileValue<string>(
            [path], () => File.ReadAllText(path) is var text && text.StartsWith("bad", StringComparison.Ordinal) ? throw new InvalidDataException(text) : text, time, e => told.Add(e.Message));

        File.WriteAllText(path, "bad thing");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("one", value.Current);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("one", value.Current);
        Assert.Equal(["bad thing"], told);
        File.WriteAllText(path, "two");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("two", value.Current);
    }

    [Fact]
    public void Who_gives_nothing_usable_at_first_is_told() =>
        Assert.Throws<IOException>(() => new FileValue<string>([path], () => throw new IOException(), time));
}
