using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.Api.Protobuf;

namespace Navarch.Api;

/// <summary>A type of the API: it can be read from and written to JSON and describes itself.</summary>
public interface IApiType<TSelf> where TSelf : IApiType<TSelf>
{
    /// <summary>Fields, types, merge rules and documentation of the type.</summary>
    static abstract Schema Schema { get; }

    /// <summary>The value whose every field is absent.</summary>
    static abstract TSelf Empty { get; }

    /// <summary>Reads the value the reader stands on. A JSON <c>null</c> is <see cref="Empty"/>.</summary>
    /// <exception cref="ApiJsonException">The JSON does not fit the type.</exception>
    static abstract TSelf Read(ref ApiReader reader);

    /// <summary>Reads the protobuf message the reader is at the start of.</summary>
    /// <exception cref="ApiProtoException">The bytes are not such a message.</exception>
    static abstract TSelf ReadProto(ref ProtoReader reader);

    /// <summary>Writes the fields as a JSON object, without kind and apiVersion.</summary>
    void Write(ApiWriter writer);

    /// <summary>Writes the fields as a protobuf message, without tag and length.</summary>
    void WriteProto(ProtoWriter writer);
}

/// <summary>What is sent on its own, with kind and apiVersion.</summary>
public interface IApiObject
{
    /// <summary>Writes the whole object, kind and apiVersion first.</summary>
    void WriteObject(ApiWriter writer);

    /// <summary>Writes the whole object in protobuf, in the envelope that names its kind.</summary>
    void WriteEnvelope(ProtoWriter writer);
}

/// <summary>What can be said of any stored object without knowing its kind.</summary>
public interface IResource : IApiObject
{
    ObjectMeta Metadata { get; }

    /// <summary>The kind of this object.</summary>
    ResourceType GetResourceType();

    /// <summary>The same object with other metadata.</summary>
    IResource WithMetadata(ObjectMeta metadata);
}

/// <summary>A kind that is stored and served.</summary>
public interface IResource<TSelf> : IResource, IApiType<TSelf> where TSelf : class, IResource<TSelf>
{
    static abstract ResourceType ResourceType { get; }

    new TSelf WithMetadata(ObjectMeta metadata);

    IResource IResource.WithMetadata(ObjectMeta metadata) => WithMetadata(metadata);

    ResourceType IResource.GetResourceType() => TSelf.ResourceType;
}
