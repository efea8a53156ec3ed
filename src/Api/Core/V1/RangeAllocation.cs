using Navarch.Api.Meta.V1;

namespace Navarch.Api.Core.V1;

[ApiObject("", "v1")]
public sealed partial record RangeAllocation : IApiType<RangeAllocation>
{
    [Proto(1)]
    public ObjectMeta Metadata { get; init; } = ObjectMeta.Empty;

    [Proto(2), Required, WrittenWhenEmpty]
    public string Range { get; init; } = "";

    [Proto(3), Required, WrittenWhenEmpty]
    public ReadOnlyMemory<byte> Data { get; init; }
}
