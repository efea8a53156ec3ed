namespace Navarch.Api.Core.V1;

[ApiObject("", "v1")]
public sealed partial record SerializedReference : IApiType<SerializedReference>
{
    [Proto(1)]
    public ObjectReference Reference { get; init; } = ObjectReference.Empty;
}
