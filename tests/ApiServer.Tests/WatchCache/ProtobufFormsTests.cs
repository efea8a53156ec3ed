using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Tests.WatchCache;

public sealed class ProtobufFormsTests
{
    [Fact]
    public void Bytes_are_made_once_for_all_readers()
    {
        using var forms = new ProtobufForms(TimeProvider.System);
        var kind = A.Maps();
        kind.Objects.Protobuf = forms;
        var map = A.Map(kind, "a");
        var read = new byte[8][];

        Parallel.For(0, read.Length, i => read[i] = System.Runtime.InteropServices.MemoryMarshal.TryGetArray(map.Protobuf, out var array) ? array.Array! : []);

        Assert.All(read, bytes => Assert.Same(read[0], bytes));
        Assert.Equal(read[0].Length, forms.Bytes);
    }

    [Fact]
    public void What_nobody_reads_is_forgotten()
    {
        using var forms = new ProtobufForms(TimeProvider.System);
        var kind = A.Maps();
        kind.Objects.Protobuf = forms;
        var (kept, lost) = (A.Map(kind, "a"), A.Map(kind, "b"));
        _ = (kept.Protobuf, lost.Protobuf);
        forms.ForgetUnread();
        _ = kept.Protobuf;

        forms.ForgetUnread();

        Assert.Equal(kept.Protobuf.Length, forms.Bytes);
        forms.ForgetUnread();
        forms.ForgetUnread();
        Assert.Equal(0, forms.Bytes);
        Assert.NotEqual(0, lost.Protobuf.Length);
    }

    [Fact]
    public void There_is_a_limit()
    {
        using var forms = new ProtobufForms(TimeProvider.System, bytesMax: 1000);
        for (var i = 0; i < 100; i++)
        {
            forms.Keep(new byte[100]);
        }

        Assert.Equal(1000, forms.Bytes);
    }
}
